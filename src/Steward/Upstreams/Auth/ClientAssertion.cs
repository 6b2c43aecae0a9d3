using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Steward.Wire;

namespace Steward.Upstreams.Auth;

/// <summary>
/// Signs for a client in place of a secret: RFC 7523, section 3. The algorithm follows from the key.
/// </summary>
internal static class ClientAssertion
{
    public const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    /// <exception cref="InvalidOperationException">The key is none.</exception>
    public static string Create(string clientId, string audience, string privateKeyPem, DateTimeOffset now)
    {
        var payload = JsonRpcWriter.Object(json =>
        {
            json.WriteString("iss"u8, clientId);
            json.WriteString("sub"u8, clientId);
            json.WriteString("aud"u8, audience);
            json.WriteNumber("iat"u8, now.ToUnixTimeSeconds());
            json.WriteNumber("exp"u8, (now + Life).ToUnixTimeSeconds());
            json.WriteString("jti"u8, Guid.NewGuid());
        });
        try
        {
            return privateKeyPem.Contains("RSA", StringComparison.Ordinal) || !TryReadEcKey(privateKeyPem, out var key) ? SignWithRsa(payload, privateKeyPem) : SignWithEc(payload, key);
        }
        catch (Exception unusable) when (unusable is CryptographicException or ArgumentException)
        {
            throw new InvalidOperationException("auth.privateKeyPem is no EC or RSA key that can be used without a password", unusable);
        }
    }

    private static bool TryReadEcKey(string pem, out ECDsa key)
    {
        key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            return true;
        }
        catch (Exception other) when (other is CryptographicException or ArgumentException) // of another kind: PKCS #8 does not say which in its label
        {
            key.Dispose();
            return false;
        }
    }

    private static string SignWithEc(byte[] payload, ECDsa key)
    {
        using (key)
        {
            var (name, hash) = key.KeySize switch
            {
                256 => ("ES256", HashAlgorithmName.SHA256),
                384 => ("ES384", HashAlgorithmName.SHA384),
                521 => ("ES512", HashAlgorithmName.SHA512),
                _ => throw new CryptographicException("no curve of JSON Web Algorithms"),
            };
            return Join(name, payload, text => key.SignData(text, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        }
    }

    private static string SignWithRsa(byte[] payload, string pem)
    {
        using var key = RSA.Create();
        key.ImportFromPem(pem);
        return Join("RS256", payload, text => key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static string Join(string algorithm, byte[] payload, Func<byte[], byte[]> sign)
    {
        var header = JsonRpcWriter.Object(json =>
        {
            json.WriteString("alg"u8, algorithm);
            json.WriteString("typ"u8, "JWT"u8);
        });
        var text = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        return $"{text}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(text)))}";
    }
}
