using Steward.TestServer;

try
{
    return await Modes.RunAsync(ModeOptions.Parse(args));
}
catch (ArgumentException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 64;
}
