using Steward.Cli.Output;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Discovery.Clients.Import;

namespace Steward.Cli.Import;

/// <summary>Adds what an import has found.</summary>
internal sealed class Importer(CliContext context, IServerBook book)
{
    /// <summary>Adds every new server. One that cannot be added does not keep the others from it.</summary>
    /// <returns>The ids of those that were added.</returns>
    public async Task<IReadOnlyList<string>> AddAsync(ImportPlan plan, CancellationToken cancellationToken)
    {
        var added = new List<string>();
        foreach (var candidate in plan.New)
        {
            try
            {
                await book.AddAsync(candidate.Config, candidate.Server.Source, cancellationToken);
                added.Add(candidate.Server.Id);
            }
            catch (CliException refused)
            {
                context.Error.WriteLine($"steward: {candidate.Server.Id} is not added: {SafeText.Line(refused.Message)}");
            }
        }

        return added;
    }

    /// <summary>What is left of a plan when the place to which it adds has been opened: while a person thought about it nothing was locked.</summary>
    /// <param name="plan">The plan that was agreed to.</param>
    /// <param name="found">What it was made of.</param>
    /// <param name="existing">The servers that Steward had when it was made.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">The servers that there are cannot be read.</exception>
    public async Task<ImportPlan> ReviseAsync(ImportPlan plan, DiscoveryResult found, IReadOnlyList<ServerConfig> existing, CancellationToken cancellationToken)
    {
        var now = (await book.ListAsync(cancellationToken)).Concat(existing).DistinctBy(server => server.Id, StringComparer.Ordinal).ToList();
        var revised = ImportPlan.Create(found, now, context.Variables);
        var agreed = plan.New.Select(candidate => (candidate.Server.Source, candidate.Server.Name)).ToHashSet();
        foreach (var late in revised.Candidates.Where(candidate => !candidate.IsNew && agreed.Contains((candidate.Server.Source, candidate.Server.Name))))
            context.Error.WriteLine($"steward: {SafeText.Line(late.Server.Name)} is not added: somebody has added it meanwhile, as {late.ExistingId}");
        return revised;
    }

    /// <summary>Asks a question that is answered with yes or no; whoever says nothing says no.</summary>
    public static bool Ask(CliContext context, string question)
    {
        context.Out.Write($"{question} [y/N] ");
        context.Out.Flush();
        var answer = context.In.ReadLine();
        if (answer is null)
            context.Out.WriteLine();
        return answer?.Trim() is ['y' or 'Y', ..];
    }
}
