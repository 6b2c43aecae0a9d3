using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Steward.Tests.Upstreams.Remote;
using Xunit;

namespace Steward.Tests.Faults;

/// <summary>Remote servers that cannot show who they are.</summary>
public sealed class CertificateTests
{
    [Theory(Timeout = 30_000)]
    [InlineData("127.0.0.1", -10, -1, "NotTimeValid")]
    [InlineData("127.0.0.1", 1, 10, "NotTimeValid")]
    [InlineData("elsewhere.example", -1, 10, "RemoteCertificateNameMismatch")]
    [InlineData("127.0.0.1", -1, 10, "UntrustedRoot")]
    public async Task A_certificate_that_proves_nothing_ends_the_connection_and_the_reason_is_said(string name, int fromDay, int toDay, string reason)
    {
        using var certificate = Create(name, fromDay, toDay);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var heard = HearAsync(listener, certificate);
        var url = new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/mcp");
        await using var rig = await LinkRig.ConnectAsync(url, headers: new() { ["Authorization"] = "Bearer secret" });

        await rig.CallAsync(1);

        var told = await rig.Feed.NextAsync();
        Assert.StartsWith($"undeliverable 0: no trusted TLS connection to {url}", told, StringComparison.Ordinal);
        Assert.Contains(reason, told, StringComparison.Ordinal);
        Assert.Contains("certificate must be valid for 127.0.0.1", told, StringComparison.Ordinal);
        Assert.Equal(0, await heard);
    }

    /// <returns>How many bytes of a request came through.</returns>
    private static async Task<int> HearAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var stream = new SslStream(client.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(certificate);
            return await stream.ReadAsync(new byte[1024], TestContext.Current.CancellationToken);
        }
        catch (Exception refused) when (refused is IOException or System.Security.Authentication.AuthenticationException)
        {
            return 0;
        }
    }

    private static X509Certificate2 Create(string name, int fromDay, int toDay)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(fromDay), now.AddDays(toDay));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }
}
