using Steward.Bench;
using Steward.Bench.EmptyServers;
using Steward.Bench.Upstream;

return args switch
{
    ["echo-server"] => EchoServer.Run(isModern: false),
    ["modern-echo-server"] => EchoServer.Run(isModern: true),
    ["empty-raw"] => EmptyRawServer.Run(),
    ["empty-kestrel"] => await EmptyKestrelServer.RunAsync(),
    _ => await BenchProgram.RunAsync(args),
};
