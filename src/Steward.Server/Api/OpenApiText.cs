using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Steward.Server.Api;

/// <summary>What the API's description says beside the routes.</summary>
internal static class OpenApiText
{
    private const string Scheme = "token";

    public static void Configure(OpenApiOptions options) => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info = new OpenApiInfo
        {
            Title = "Steward",
            Version = "v1",
            Description = "Runs MCP servers and serves them through one endpoint. Everything but /health needs the token in the file 'api-token' of the data directory.",
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
        return Task.CompletedTask;
    });
}
