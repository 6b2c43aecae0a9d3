// A web application that has MCP servers of its own: they start and end with it.
//   npm ci --prefix samples/quickstart && dotnet run --project samples/AspNetHost
using ModelContextProtocol.Protocol;
using Steward;
using Steward.Supervision;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddMcpServerManager(builder.Configuration["servers"] ?? "samples/quickstart/steward.json", reloadOnChange: true);
builder.Services.AddHealthChecks().AddMcpServers();

var app = builder.Build();
app.MapHealthChecks("/health");

app.MapGet("/servers", (McpServerManager manager) =>
    manager.GetAllStatuses().Select(status => new { status.Id, State = status.State.ToString(), Tools = status.ToolCount }));

app.MapGet("/echo/{text}", async (string text, McpServerManager manager, CancellationToken stop) =>
{
    try
    {
        var client = await manager.GetClientAsync("everything", stop);
        var result = await client.CallToolAsync("echo", new Dictionary<string, object?> { ["message"] = text }, cancellationToken: stop);
        return Results.Text(result.Content.OfType<TextContentBlock>().First().Text);
    }
    catch (ServerNotRunningException away)
    {
        return Results.Problem(away.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
    }
});

app.Run();
