using Steward.Configuration;
using Steward.Server.Guard;
using Xunit;

namespace Steward.Tests.Server;

public sealed class HostAllowListTests
{
    private static readonly HostAllowList Allowed = new(new GatewayConfig
    {
        Listen = "http://192.0.2.7:7420",
        AllowedHosts = ["mcp.example.org", "2001:db8::1"],
        AllowedOrigins = ["https://app.example.org", "http://dev.example.org:8080", "app://studio"],
    });

    [Theory(Timeout = 10_000)]
    [InlineData("localhost")]
    [InlineData("localhost:7420")]
    [InlineData("LocalHost:1")]
    [InlineData("127.0.0.1:7420")]
    [InlineData("[::1]")]
    [InlineData("[::1]:7420")]
    [InlineData("192.0.2.7:7420")]
    [InlineData("mcp.example.org")]
    [InlineData("[2001:db8::1]:7420")]
    public void A_host_that_is_a_name_of_ours_is_allowed_on_any_port(string host) => Assert.True(Allowed.AllowsHost(host));

    [Theory(Timeout = 10_000)]
    [InlineData("")]
    [InlineData(":7420")]
    [InlineData("localhost.")]
    [InlineData("localhost.:7420")]
    [InlineData("localhost.evil.com")]
    [InlineData("evil.com:localhost")]
    [InlineData("localhost:80@evil.com")]
    [InlineData("evil.com@localhost")]
    [InlineData("127.0.0.1.evil.com")]
    [InlineData("127.1")]
    [InlineData("0.0.0.0:7420")]
    [InlineData("[::]:7420")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("::1")]
    [InlineData("[::1")]
    [InlineData("localhost:7420:1")]
    [InlineData("localhost, evil.com")]
    [InlineData("sub.mcp.example.org")]
    public void Any_other_host_is_refused(string host) => Assert.False(Allowed.AllowsHost(host));

    [Theory(Timeout = 10_000)]
    [InlineData("http://localhost")]
    [InlineData("http://localhost:6274")]
    [InlineData("https://localhost:6274")]
    [InlineData("HTTP://LOCALHOST:80")]
    [InlineData("http://127.0.0.1:3000")]
    [InlineData("http://[::1]:3000")]
    [InlineData("http://192.0.2.7:7420")]
    [InlineData("https://app.example.org")]
    [InlineData("https://app.example.org:443")]
    [InlineData("http://dev.example.org:8080")]
    [InlineData("app://studio")]
    public void A_page_of_this_machine_or_of_a_declared_origin_may_call(string origin) => Assert.True(Allowed.AllowsOrigin(origin));

    [Theory(Timeout = 10_000)]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("localhost")]
    [InlineData("http://localhost.evil.com")]
    [InlineData("http://localhost.")]
    [InlineData("http://localhost:80@evil.com")]
    [InlineData("http://evil.com@localhost")]
    [InlineData("http://localhost/path")]
    [InlineData("http://localhost, http://evil.com")]
    [InlineData("file://localhost")]
    [InlineData("chrome-extension://localhost")]
    [InlineData("http://[::ffff:127.0.0.1]")]
    [InlineData("http://0x7f.1")]
    [InlineData("http://app.example.org")]
    [InlineData("https://app.example.org:8443")]
    [InlineData("https://app.example.org.evil.com")]
    [InlineData("http://dev.example.org")]
    [InlineData("https://mcp.example.org")]
    public void Any_other_page_is_refused(string origin) => Assert.False(Allowed.AllowsOrigin(origin));

    [Fact(Timeout = 10_000)]
    public void Listening_on_every_interface_makes_no_name_allowed()
    {
        var everywhere = new HostAllowList(new GatewayConfig { Listen = "http://0.0.0.0:7420" });

        Assert.False(everywhere.AllowsHost("0.0.0.0:7420"));
        Assert.False(everywhere.AllowsHost("192.168.1.5:7420"));
        Assert.True(everywhere.AllowsHost("127.0.0.1:7420"));
    }
}
