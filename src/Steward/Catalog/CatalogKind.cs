namespace Steward.Catalog;

/// <summary>The four lists that a server offers.</summary>
internal enum CatalogKind
{
    Tools,
    Prompts,
    Resources,
    ResourceTemplates,
}
