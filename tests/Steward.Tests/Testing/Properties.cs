using FsCheck;
using Microsoft.FSharp.Core;

namespace Steward.Tests.Testing;

/// <summary>Checks properties, each time with the same values.</summary>
internal static class Properties
{
    private static readonly Config Quiet = Config.QuickThrowOnFailure.WithQuietOnSuccess(true)
        .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(20260728, 1), FSharpOption<int>.None)));

    public static void Holds(Property property, int times = 1000) => Check.One(Quiet.WithMaxTest(times), property);
}
