using System.Text.Json;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <content>What the client gets of it.</content>
internal sealed partial class BridgedTask
{
    /// <summary>The members of the <c>CreateTaskResult</c> with which the client hears of it.</summary>
    public byte[] WriteCreated(string exposedId) => JsonRpcWriter.Object(json =>
    {
        json.WriteString("resultType"u8, "task"u8);
        lock (_gate)
            _state.Write(json, exposedId, ProtocolEra.Modern);
    });

    /// <summary>The task as a client of the modern era gets it. To be called under the gate.</summary>
    private byte[] Write(string exposedId, byte[]? outcome) => JsonRpcWriter.Object(json =>
    {
        var status = IsOver ? _state.Status : _questions.Count > 0 ? TaskState.InputRequired : TaskState.Working;
        (_state with { Status = status }).Write(json, exposedId, ProtocolEra.Modern);
        if (status == TaskState.InputRequired)
            WriteQuestions(json);
        if (outcome is null || status is not (TaskState.Completed or TaskState.Failed))
            return;
        json.WritePropertyName(status == TaskState.Completed ? "result"u8 : "error"u8);
        json.WriteRawValue(outcome, skipInputValidation: true);
    });

    private void WriteQuestions(Utf8JsonWriter json)
    {
        json.WriteStartObject("inputRequests"u8);
        foreach (var question in _questions)
        {
            json.WritePropertyName(question.Key);
            json.WriteRawValue(question.Request, skipInputValidation: true);
        }

        json.WriteEndObject();
    }
}
