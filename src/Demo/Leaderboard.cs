using Spectre.Console;
using Superhero.Silo.Commands;
using Superhero.Tables.Query;
using Superhero.Tables.Report;

namespace Superhero.Demo;

/// <summary>The heroes with the most wins, read back from the Parquet files.</summary>
internal static class Leaderboard
{
    private const int Length = 5;

    public static Table Read(string output, IReadOnlyDictionary<ushort, string> names)
    {
        using var tables = TableReader.Open(output);
        return ReportWriter.Board("heroes", "hero", GamesReport.Read(tables, names, Length).Heroes);
    }
}
