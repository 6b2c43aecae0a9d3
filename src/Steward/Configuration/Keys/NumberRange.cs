using System.Globalization;

namespace Steward.Configuration.Keys;

/// <summary>From where to where a number may go, both ends included.</summary>
/// <param name="Min">The smallest allowed.</param>
/// <param name="Max">The largest allowed.</param>
/// <param name="Unit">The unit in words; empty for a plain count.</param>
/// <param name="Whole">Whether only whole numbers are allowed.</param>
internal sealed record NumberRange(decimal Min, decimal Max, string Unit = "", bool Whole = true)
{
    public string Described => $"a {(Whole ? "whole " : "")}number from {Shown(Min)} to {Shown(Max)}{(Unit.Length > 0 ? $" ({Unit})" : "")}";

    public bool Holds(decimal number) => number >= Min && number <= Max && (!Whole || decimal.Truncate(number) == number);

    public static string Shown(decimal number) => number.ToString("0.############", CultureInfo.InvariantCulture);
}
