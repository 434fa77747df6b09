namespace Superhero.Silo.Commands;

/// <summary>--format: how a report is written.</summary>
public enum ReportFormat
{
    /// <summary>Tables for the terminal.</summary>
    table,

    /// <summary>CSV: a line for each place of each leaderboard.</summary>
    csv,

    /// <summary>JSON: an object with totals, heroes and players.</summary>
    json,
}
