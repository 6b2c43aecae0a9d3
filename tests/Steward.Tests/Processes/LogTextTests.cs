using System.Text;
using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

public sealed class LogTextTests
{
    [Theory]
    [InlineData("plain\ttext äöü 漢字 🙂", "plain\ttext äöü 漢字 🙂")]
    [InlineData("crlf\r\n", "crlf")]
    [InlineData("\u001b[1;31mred\u001b[0m text", "red text")]
    [InlineData("\u001b]0;title\u0007after", "after")]
    [InlineData("\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\", "link")]
    [InlineData("bar 10%\rbar 20%", "bar 10%\\u000dbar 20%")]
    [InlineData("a\u0000b\u0007c", "a\\u0000b\\u0007c")]
    [InlineData("safe\u202egnp.exe", "safe\\u202egnp.exe")]
    [InlineData("line\u2028two\u0085three", "line\\u2028two\\u0085three")]
    [InlineData("cut\u001b", "cut")]
    [InlineData("cut\u001b[12", "cut")]
    [InlineData("cut\u001b]0;never ends", "cut")]
    public void A_line_is_made_harmless_and_stays_readable(string raw, string clean) =>
        Assert.Equal(clean, LogText.Clean(Encoding.UTF8.GetBytes(raw)));

    [Fact]
    public void Bytes_that_are_no_text_are_replaced_and_not_lost() =>
        Assert.Equal("a\ufffdb\ufffd", LogText.Clean([(byte)'a', 0xff, (byte)'b', 0xc3]));
}
