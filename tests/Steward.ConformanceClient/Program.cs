using Steward.ConformanceClient;

// The official suite starts this once for each client scenario, with the URL of its server as the last argument.
if (args is not [.., var url] || Environment.GetEnvironmentVariable("MCP_CONFORMANCE_SCENARIO") is not { } scenario)
{
    Console.Error.WriteLine("usage: MCP_CONFORMANCE_SCENARIO=NAME Steward.ConformanceClient URL");
    return 2;
}

var context = ScenarioContext.Parse(Environment.GetEnvironmentVariable("MCP_CONFORMANCE_CONTEXT"));
await using var gateway = await RemoteGateway.StartAsync(new Uri(url), scenario, context);
try
{
    await Scenario.RunAsync(scenario, gateway, context);
    return 0;
}
catch (Exception failure) // whatever it is: the suite shows it, and judges by what its server saw
{
    Console.Error.WriteLine(failure);
    return 1;
}
finally
{
    await gateway.StopAsync();
    if (Environment.GetEnvironmentVariable("STEWARD_CONFORMANCE_LOG") is not null)
        Console.Error.WriteLine(gateway.ReadLog());
}
