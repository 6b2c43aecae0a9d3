using Steward.Wire;
using Xunit;

namespace Steward.Tests.Wire;

public sealed class EnvelopeTests
{
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping"}""", MessageKind.Request)]
    [InlineData("""{"method":"ping","id":1,"jsonrpc":"2.0"}""", MessageKind.Request)]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", MessageKind.Notification)]
    [InlineData("""{"jsonrpc":"2.0","id":"a","result":{}}""", MessageKind.Response)]
    [InlineData("""{"jsonrpc":"2.0","id":"a","result":null}""", MessageKind.Response)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}}""", MessageKind.Response)]
    [InlineData("""{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":""}}""", MessageKind.Response)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{},"error":{}}""", MessageKind.Invalid)]
    [InlineData("""{"jsonrpc":"2.0","id":1}""", MessageKind.Invalid)]
    [InlineData("""{"jsonrpc":"2.0","result":{}}""", MessageKind.Invalid)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}""", MessageKind.Invalid)]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"ping"}""", MessageKind.Invalid)]
    [InlineData("""{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}""", MessageKind.Invalid)]
    [InlineData("""{"jsonrpc":"2.0","id":[1],"method":"ping"}""", MessageKind.Invalid)]
    [InlineData("""{"jsonrpc":"2.0","id":true,"method":"ping"}""", MessageKind.Invalid)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":5}""", MessageKind.Invalid)]
    [InlineData("""{"id":1,"method":"ping"}""", MessageKind.Invalid)]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"ping"}""", MessageKind.Invalid)]
    [InlineData("""{"jsonrpc":2.0,"id":1,"method":"ping"}""", MessageKind.Invalid)]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"method":"ping"}]""", MessageKind.Invalid)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping"} {}""", MessageKind.Invalid)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping",}""", MessageKind.Invalid)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping" """, MessageKind.Invalid)]
    [InlineData("null", MessageKind.Invalid)]
    [InlineData("\"text\"", MessageKind.Invalid)]
    [InlineData("Server listening on port 3000", MessageKind.Invalid)]
    [InlineData("", MessageKind.Invalid)]
    public void The_kind_is_what_JSON_RPC_says(string message, object kind) => Assert.Equal(kind, Messages.Parse(message).Kind);

    [Theory]
    [InlineData("1")]
    [InlineData("-7")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("\"7\"")]
    [InlineData("\"\"")]
    [InlineData("\"a\\\"b\\u00e4\"")]
    public void An_id_keeps_its_text(string id)
    {
        var message = $$"""{ "jsonrpc" : "2.0" , "id" : {{id}} , "method" : "ping" }""";

        var envelope = Messages.Parse(message);

        Assert.Equal(MessageKind.Request, envelope.Kind);
        Assert.Equal(id, message.At(envelope.Id));
    }

    [Theory]
    [InlineData(""" "id":1,"id":2,"method":"ping" """)]
    [InlineData(""" "id":1,"method":"ping","method":"tools/call" """)]
    [InlineData(""" "id":1,"method":"ping","m\u0065thod":"tools/call" """)]
    [InlineData(""" "id":1,"method":"ping","params":{},"params":{"name":"a"} """)]
    [InlineData(""" "id":1,"result":{},"result":{} """)]
    [InlineData(""" "id":1,"error":{},"error":{} """)]
    [InlineData(""" "id":1,"method":"tools/call","params":{"name":"a","name":"b"} """)]
    [InlineData(""" "id":1,"method":"tools/call","params":{"name":"a","n\u0061me":"b"} """)]
    [InlineData(""" "id":1,"method":"resources/read","params":{"uri":"a","uri":"b"} """)]
    [InlineData(""" "id":1,"method":"tools/call","params":{"_meta":{"progressToken":1,"progressToken":2}} """)]
    [InlineData(""" "id":1,"method":"tools/call","params":{"_meta":{"progressToken":1},"_meta":{"progressToken":2}} """)]
    [InlineData(""" "method":"notifications/progress","params":{"progressToken":1,"progressToken":2} """)]
    [InlineData(""" "method":"notifications/cancelled","params":{"requestId":1,"requestId":2} """)]
    [InlineData(""" "id":1,"method":"completion/complete","params":{"ref":{"name":"a","name":"b"}} """)]
    public void A_routed_member_that_stands_twice_makes_a_message_invalid(string members) =>
        Assert.Equal(MessageKind.Invalid, Messages.Parse($$"""{"jsonrpc":"2.0",{{members}}}""").Kind);

    [Fact]
    public void Escapes_in_names_and_methods_change_nothing()
    {
        const string message = """{"jsonrpc":"2.0","\u0069d":3,"m\u0065thod":"tools\/c\u0061ll","par\u0061ms":{"n\u0061me":"e\u0063ho","_m\u0065ta":{"progr\u0065ssToken":"t"}}}""";

        var envelope = Messages.Parse(message);

        Assert.Equal((MessageKind.Request, McpMethod.ToolsCall), (envelope.Kind, envelope.Method));
        Assert.Equal("3", message.At(envelope.Id));
        Assert.Equal("\"e\\u0063ho\"", message.At(envelope.Name));
        Assert.Equal("\"t\"", message.At(envelope.ProgressToken));
    }

    [Fact]
    public void The_parts_of_a_call_are_found_wherever_they_stand()
    {
        const string message = """{"params":{"arguments":{"name":"inner","_meta":{"progressToken":9}},"_meta":{"x":{"progressToken":8},"progressToken":7},"name":"echo"},"method":"tools/call","id":"q","jsonrpc":"2.0"}""";

        var envelope = Messages.Parse(message);

        Assert.Equal(McpMethod.ToolsCall, envelope.Method);
        Assert.Equal("\"echo\"", message.At(envelope.Name));
        Assert.Equal("7", message.At(envelope.ProgressToken));
        Assert.Equal("\"q\"", message.At(envelope.Id));
        Assert.StartsWith("{\"arguments\"", message.At(envelope.Params), StringComparison.Ordinal);
        Assert.EndsWith("\"echo\"}", message.At(envelope.Params), StringComparison.Ordinal);
    }

    [Fact]
    public void A_meta_member_deeper_down_is_none_of_ours()
    {
        var envelope = Messages.Parse("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"_meta":{"progressToken":1},"uri":"x","ref":{"name":"y"}}}}""");

        Assert.Equal(MessageKind.Request, envelope.Kind);
        Assert.False(envelope.ProgressToken.Exists || envelope.Uri.Exists);
    }

    [Fact]
    public void The_token_of_progress_is_the_one_it_reports_on_and_not_one_of_its_meta_members()
    {
        const string message = """{"jsonrpc":"2.0","method":"notifications/progress","params":{"_meta":{"progressToken":"echoed"},"progressToken":5,"progress":1}}""";

        var envelope = Messages.Parse(message);

        Assert.Equal(MessageKind.Notification, envelope.Kind);
        Assert.Equal("5", message.At(envelope.ProgressToken));
    }

    [Fact]
    public void The_token_of_a_request_is_the_one_in_its_meta_member()
    {
        const string message = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","progressToken":"not this","_meta":{"progressToken":5}}}""";

        Assert.Equal("5", message.At(Messages.Parse(message).ProgressToken));
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","uri":"u"}}""", "\"a\"")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"uri":"u","name":"a"}}""", "\"a\"")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"name":"a","uri":"u"}}""", "\"u\"")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"u"}}""", "\"u\"")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"name":"other","ref":{"type":"ref/prompt","name":"p"}}}""", "\"p\"")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/resource","uri":"t"}}}""", "\"t\"")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":{"a":1}}}""", "")]
    public void The_target_is_what_the_request_is_about(string message, string target) => Assert.Equal(target, message.At(Messages.Parse(message).Target));

    [Fact]
    public void Half_a_surrogate_pair_for_a_method_is_refused() => Assert.Equal(MessageKind.Invalid, Messages.Parse("""{"jsonrpc":"2.0","id":1,"method":"\ud800"}""").Kind);

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","\ud800":1}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","params":{"\ud800":1}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping","params":{"_meta":{"progress\udc00":1}}}""")]
    public void Half_a_surrogate_pair_in_a_name_harms_nothing(string message) =>
        Assert.Contains(Messages.Parse(message).Kind, (MessageKind[])[MessageKind.Invalid, MessageKind.Request]);

    [Fact]
    public void What_was_found_before_a_fault_is_still_there_to_answer_with()
    {
        const string message = """{"jsonrpc":"2.0","id":"q7","method":"tools/call","params":{"name": """;

        var envelope = Messages.Parse(message);

        Assert.Equal(MessageKind.Invalid, envelope.Kind);
        Assert.Equal("\"q7\"", message.At(envelope.Id));
    }

    [Fact]
    public void An_id_that_is_none_is_not_kept_to_answer_with() =>
        Assert.False(Messages.Parse("""{"jsonrpc":"2.0","id":{"a":1},"method":"ping"}""").Id.Exists);

    [Theory]
    [InlineData(500, MessageKind.Request)]
    [InlineData(100_000, MessageKind.Invalid)]
    public void Nesting_is_followed_to_a_bound(int depth, object kind)
    {
        var arguments = new string('[', depth) + new string(']', depth);

        Assert.Equal(kind, Messages.Parse($$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{{{arguments}}}}}""").Kind);
    }

    [Fact]
    public void Every_method_that_is_treated_by_name_is_known_by_its_name()
    {
        var names = new Dictionary<McpMethod, string>
        {
            [McpMethod.Initialize] = "initialize",
            [McpMethod.Ping] = "ping",
            [McpMethod.ToolsList] = "tools/list",
            [McpMethod.ToolsCall] = "tools/call",
            [McpMethod.PromptsList] = "prompts/list",
            [McpMethod.PromptsGet] = "prompts/get",
            [McpMethod.ResourcesList] = "resources/list",
            [McpMethod.ResourcesTemplatesList] = "resources/templates/list",
            [McpMethod.ResourcesRead] = "resources/read",
            [McpMethod.ResourcesSubscribe] = "resources/subscribe",
            [McpMethod.ResourcesUnsubscribe] = "resources/unsubscribe",
            [McpMethod.CompletionComplete] = "completion/complete",
            [McpMethod.LoggingSetLevel] = "logging/setLevel",
            [McpMethod.SamplingCreateMessage] = "sampling/createMessage",
            [McpMethod.ElicitationCreate] = "elicitation/create",
            [McpMethod.RootsList] = "roots/list",
            [McpMethod.NotificationsInitialized] = "notifications/initialized",
            [McpMethod.NotificationsCancelled] = "notifications/cancelled",
            [McpMethod.NotificationsProgress] = "notifications/progress",
            [McpMethod.NotificationsMessage] = "notifications/message",
            [McpMethod.NotificationsResourcesUpdated] = "notifications/resources/updated",
            [McpMethod.NotificationsToolsListChanged] = "notifications/tools/list_changed",
            [McpMethod.NotificationsPromptsListChanged] = "notifications/prompts/list_changed",
            [McpMethod.NotificationsResourcesListChanged] = "notifications/resources/list_changed",
            [McpMethod.NotificationsRootsListChanged] = "notifications/roots/list_changed",
            [McpMethod.NotificationsElicitationComplete] = "notifications/elicitation/complete",
            [McpMethod.ServerDiscover] = "server/discover",
            [McpMethod.SubscriptionsListen] = "subscriptions/listen",
            [McpMethod.TasksGet] = "tasks/get",
            [McpMethod.TasksResult] = "tasks/result",
            [McpMethod.TasksList] = "tasks/list",
            [McpMethod.TasksCancel] = "tasks/cancel",
            [McpMethod.TasksUpdate] = "tasks/update",
            [McpMethod.NotificationsTasks] = "notifications/tasks",
            [McpMethod.NotificationsTasksStatus] = "notifications/tasks/status",
            [McpMethod.NotificationsSubscriptionsAcknowledged] = "notifications/subscriptions/acknowledged",
            [McpMethod.Other] = "weather/ask",
        };

        Assert.Equal(Enum.GetValues<McpMethod>().Except([McpMethod.None]).Order(), names.Keys.Order());
        Assert.All(names, pair => Assert.Equal(pair.Key, Messages.Parse($$"""{"jsonrpc":"2.0","method":"{{pair.Value}}"}""").Method));
    }
}
