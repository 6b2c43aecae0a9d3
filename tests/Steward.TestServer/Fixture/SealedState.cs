using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ModelContextProtocol;

namespace Steward.TestServer.Fixture;

/// <summary>The answers so far as a string that only this program can make.</summary>
internal static class SealedState
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    public static string Seal(JsonObject answers)
    {
        var content = Encoding.UTF8.GetBytes(answers.ToJsonString());
        return $"{Convert.ToBase64String(content)}.{Convert.ToHexString(HMACSHA256.HashData(Key, content))}";
    }

    public static JsonObject Open(string state)
    {
        if (state.Split('.') is [var content, var seal]
            && Convert.TryFromBase64String(content, new byte[content.Length], out _)
            && Convert.FromBase64String(content) is var bytes
            && seal == Convert.ToHexString(HMACSHA256.HashData(Key, bytes)))
        {
            return JsonNode.Parse(bytes)!.AsObject();
        }

        throw new McpProtocolException("requestState: not one of this server, or changed on its way", McpErrorCode.InvalidParams);
    }
}
