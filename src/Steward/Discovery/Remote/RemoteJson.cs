using System.Text.Json;

namespace Steward.Discovery.Remote;

/// <summary>A document of a service.</summary>
/// <param name="Root">The document.</param>
/// <param name="Tag">What to say to hear only whether it has changed.</param>
/// <param name="Next">Where the next page is, by the <c>Link</c> header.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Problems">What is wrong with it, though it can be read: a sentence each.</param>
internal sealed record RemoteJson(JsonElement Root, string? Tag, Uri? Next, int Size, IReadOnlyList<string> Problems);
