namespace Steward.Tests.Testing;

/// <summary>Dice that always show the same; the middle unless told otherwise, which makes jitter nought.</summary>
internal sealed class FixedRandom(double always = 0.5) : Random
{
    public override double NextDouble() => always;

    protected override double Sample() => always;
}
