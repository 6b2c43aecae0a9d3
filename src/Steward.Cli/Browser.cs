using System.ComponentModel;
using System.Diagnostics;

namespace Steward.Cli;

/// <summary>The browser of the person before the terminal.</summary>
internal static class Browser
{
    /// <summary>Opens an address.</summary>
    /// <returns>Whether there was something to open it with.</returns>
    public static bool TryOpen(string address)
    {
        // Never through a shell, and only what a browser is for: the address comes from a server.
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
            return false;
        var opener = OperatingSystem.IsMacOS() ? "open" : OperatingSystem.IsWindows() ? "rundll32" : "xdg-open";
        var start = new ProcessStartInfo(opener) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        if (OperatingSystem.IsWindows())
            start.ArgumentList.Add("url.dll,FileProtocolHandler");
        start.ArgumentList.Add(url.AbsoluteUri);
        try
        {
            using var process = Process.Start(start);
            return process is not null;
        }
        catch (Win32Exception)
        {
            return false; // a machine without a desktop
        }
    }
}
