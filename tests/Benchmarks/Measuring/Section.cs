using System.Text;

namespace Superhero.Benchmarks.Measuring;

/// <summary>A part of the report.</summary>
/// <param name="Text">Its Markdown.</param>
public sealed record Section(string Text)
{
    /// <summary>A heading, what was done, a table, and what the targets say of it.</summary>
    public static Section Of(string heading, string what, string[] columns, IEnumerable<string[]> rows, params Target[] targets)
    {
        var text = new StringBuilder()
            .AppendLine($"## {heading}").AppendLine()
            .AppendLine(what).AppendLine()
            .AppendLine($"| {string.Join(" | ", columns)} |")
            .AppendLine($"| --- |{string.Concat(Enumerable.Repeat(" ---: |", columns.Length - 1))}");
        foreach (var row in rows)
        {
            text.AppendLine($"| {string.Join(" | ", row)} |");
        }

        foreach (var target in targets)
        {
            text.AppendLine().AppendLine(target.ToString());
        }

        return new Section(text.ToString());
    }
}

/// <summary>What was aimed at, and what was measured.</summary>
/// <param name="What">What is measured.</param>
/// <param name="Measured">The measure.</param>
/// <param name="Least">The least that it may be; null for no such bound.</param>
/// <param name="Most">The most that it may be; null for no such bound.</param>
public sealed record Target(string What, double Measured, double? Least = null, double? Most = null)
{
    /// <inheritdoc />
    public override string ToString() =>
        $"**{What}: {Measured:0.00}**, target {(Least is { } least ? $"at least {least:0.00}" : $"at most {Most:0.00}")}: "
        + (Measured >= (Least ?? double.MinValue) && Measured <= (Most ?? double.MaxValue) ? "met." : "missed.");
}
