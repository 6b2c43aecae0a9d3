using System.Text;
using Steward.Gateway.Parking;
using Steward.Wire;
using Xunit;

namespace Steward.Tests.Gateway.Parking;

public sealed class RequestDigestTests
{
    [Theory]
    [InlineData("""{"name":"x","arguments":{"b":[1,2],"a":"é"}}""", """ { "arguments" : {"a":"\u00e9" , "b":[1.0,2e0]}, "name":"\u0078" } """, true)]
    [InlineData("""{"name":"x"}""", """{"name":"x","_meta":{"a":1},"inputResponses":{},"requestState":"s"}""", true)]
    [InlineData("""{"n":12345678901234567890123}""", """{"n":12345678901234567890124}""", false)]
    [InlineData("""{"arguments":{"_meta":1}}""", """{"arguments":{"_meta":2}}""", false)]
    [InlineData("""{"a":"1"}""", """{"a":1}""", false)]
    [InlineData("""{"a":null}""", "{}", false)]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""", false)]
    [InlineData("""{"a":{"b":1},"c":2}""", """{"a":{"b":1,"c":2}}""", false)]
    [InlineData("""{"a":"\ud800"}""", """{"a":"\ud801"}""", false)]
    public void Requests_that_mean_the_same_have_one_digest(string one, string other, bool same) =>
        Assert.Equal(same, Of(McpMethod.ToolsCall, one).SequenceEqual(Of(McpMethod.ToolsCall, other)));

    [Fact]
    public void The_method_counts() => Assert.NotEqual(Of(McpMethod.ToolsCall, "{}"), Of(McpMethod.PromptsGet, "{}"));

    [Fact]
    public void Nobody_is_nobody_else()
    {
        byte[][] bearers = [RequestDigest.OfBearer(null, "a"), RequestDigest.OfBearer("", "a"), RequestDigest.OfBearer("x", "a"), RequestDigest.OfBearer("x", "b"), RequestDigest.OfBearer("x\na", "")];
        Assert.Equal(bearers.Length, bearers.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void A_seal_opens_what_it_sealed_and_nothing_else()
    {
        var sealer = new StateSealer();
        var state = new SealedState(7, 3, DateTimeOffset.FromUnixTimeMilliseconds(12345), RequestDigest.OfBearer("x", "a"), Of(McpMethod.ToolsCall, "{}"));
        var text = sealer.Seal(state);

        var opened = sealer.Open(text)!;

        Assert.Equal((state.Handle, state.Round, state.ExpiresAt), (opened.Handle, opened.Round, opened.ExpiresAt));
        Assert.Equal(state.Bearer, opened.Bearer);
        Assert.Equal(state.Request, opened.Request);
        Assert.NotEqual(text, sealer.Seal(state));
        Assert.Null(new StateSealer().Open(text));
        for (var i = 0; i < text.Length - 1; i++) // the last character has bits that say nothing
            Assert.Null(sealer.Open(text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..]));
    }

    private static byte[] Of(McpMethod method, string parameters) => RequestDigest.OfRequest(method, Encoding.UTF8.GetBytes(parameters));
}
