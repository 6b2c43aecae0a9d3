using Steward.Cli.Output;
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
