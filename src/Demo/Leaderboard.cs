using Spectre.Console;
using Superhero.Silo.Commands;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Report;

namespace Superhero.Demo;

/// <summary>The heroes with the most wins, read back from the Parquet files.</summary>
internal static class Leaderboard
{
    private const int Length = 5;

    public static async Task<Table> ReadAsync(string output, IReadOnlyDictionary<ushort, string> names, CancellationToken cancellationToken)
    {
        var report = await GamesReport.ReadAsync(LocalOutputStore.Open(output), Period.Always, Length, _ => { }, cancellationToken);
        return ReportWriter.Board("heroes", "hero", report.Named(names).Heroes);
    }
}
