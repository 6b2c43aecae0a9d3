using System.Globalization;
using System.Text.Json;
using Steward.Wire;

namespace Steward.Gateway.Tasks;

/// <summary>What a server says of a task: the same in both eras but for the names of two members.</summary>
/// <param name="Status">How far it is: <c>working</c>, <c>input_required</c>, <c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="CreatedAt">When it began, as the server writes it.</param>
/// <param name="LastUpdatedAt">When it last changed, as the server writes it.</param>
internal sealed record TaskState(string Status, string CreatedAt, string LastUpdatedAt)
{
    public const string Working = "working";
    public const string InputRequired = "input_required";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    /// <summary>More about the status, for people.</summary>
    public string? Message { get; init; }

    /// <summary>For how long it is kept from its creation on, in milliseconds; <see langword="null"/> for ever.</summary>
    public long? Ttl { get; init; }

    /// <summary>After how many milliseconds to ask again.</summary>
    public long? PollInterval { get; init; }

    /// <summary>Whether nothing more will become of it.</summary>
    public bool IsOver => Status is Completed or Failed or Cancelled;

    /// <summary>A task that begins now.</summary>
    public static TaskState Begin(TimeProvider clock) => new(Working, Now(clock), Now(clock));

    /// <summary>The same task, changed now.</summary>
    public TaskState To(string status, TimeProvider clock, string? message = null) => this with { Status = status, Message = message ?? Message, LastUpdatedAt = Now(clock) };

    /// <summary>Reads a task.</summary>
    /// <param name="task">The object; what it lacks that it must have is made up.</param>
    /// <param name="clock">The clock.</param>
    /// <returns>The task; <see langword="null"/> where it is none.</returns>
    public static TaskState? Read(ReadOnlySpan<byte> task, TimeProvider clock)
    {
        if (task is not [(byte)'{', ..])
            return null;
        var reader = new Utf8JsonReader(task, JsonRpcEnvelope.ReaderOptions);
        using var document = JsonDocument.ParseValue(ref reader);
        try
        {
            var root = document.RootElement;
            if (Text(root, "status") is not { } status)
                return null;
            var created = Text(root, "createdAt") ?? Now(clock);
            return new TaskState(status, created, Text(root, "lastUpdatedAt") ?? created)
            {
                Message = Text(root, "statusMessage"),
                Ttl = Number(root, "ttlMs") ?? Number(root, "ttl"),
                PollInterval = Number(root, "pollIntervalMs") ?? Number(root, "pollInterval"),
            };
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair: JSON, yet no text
        }
    }

    /// <summary>Writes its members as an era names them.</summary>
    public void Write(Utf8JsonWriter json, string id, ProtocolEra era)
    {
        var isModern = era == ProtocolEra.Modern;
        json.WriteString("taskId"u8, id);
        json.WriteString("status"u8, Status);
        if (Message is not null)
            json.WriteString("statusMessage"u8, Message);
        json.WriteString("createdAt"u8, CreatedAt);
        json.WriteString("lastUpdatedAt"u8, LastUpdatedAt);
        json.WritePropertyName(isModern ? "ttlMs"u8 : "ttl"u8);
        if (Ttl is { } ttl)
            json.WriteNumberValue(ttl);
        else
            json.WriteNullValue();
        if (PollInterval is { } interval)
            json.WriteNumber(isModern ? "pollIntervalMs"u8 : "pollInterval"u8, interval);
    }

    private static string Now(TimeProvider clock) => clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string? Text(JsonElement task, string name) => task.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement task, string name) =>
        task.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number is >= 0 and < 9e15 ? (long)number : null;
}
