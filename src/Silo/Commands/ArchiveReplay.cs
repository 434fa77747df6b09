using Superhero.Grains;
using Superhero.Grains.Archive;
using Superhero.Grains.Interfaces;
using Superhero.Grains.Load;
using Superhero.Grains.Transform;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;

namespace Superhero.Silo.Commands;

/// <summary>Makes the files of games again, from what the archive has kept.</summary>
/// <param name="context">The surroundings.</param>
/// <param name="archive">The folder of the archive.</param>
/// <param name="output">Where the tables are.</param>
internal sealed class ArchiveReplay(CommandContext context, string archive, IOutputStore output)
{
    private const string Ending = ".json.gz";

    private readonly GameLoader _loader = new(output);

    /// <summary>Replays a game, or all.</summary>
    /// <returns>The exit code: 1 where one of them can't be replayed.</returns>
    public async Task<int> RunAsync(Guid? token, CancellationToken cancellationToken)
    {
        IReadOnlyList<Guid> games = token is { } one ? [one] : All();
        var failed = 0;
        foreach (var game in games)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await ReplayAsync(game);
            }
            catch (FileNotFoundException)
            {
                failed++;
                context.Out.WriteLine($"{game}  is not in the archive {archive}");
            }
            catch (Exception exception) when (exception is UnprocessableGameException or InvalidDataException)
            {
                failed++;
                context.Out.WriteLine($"{game}  can't be replayed: {Terminal.StripControlCharacters(exception.Message)}");
            }
        }

        context.Out.WriteLine($"{games.Count - failed} replayed, {failed} not.");
        return failed == 0 ? 0 : 1;
    }

    private async Task ReplayAsync(Guid token)
    {
        var archived = ArchivedGame.Read(archive, token);
        var game = archived.Extract();
        var tables = GameTransform.ToTables(game);
        await _loader.ReplaceAsync(tables, game.OriginUnder(archived.ClaimedBy, archived.ClaimedAt));
        foreach (var (table, rows) in new[] { (TableSchema.Meta, tables.Meta.Count), (TableSchema.Podium, tables.Podium.Count) })
        {
            context.Out.WriteLine($"{token}  {Terminal.StripControlCharacters(new GameFile(token, archived.ClaimedBy).PathIn(table))}, rows: {rows}");
        }
    }

    private IReadOnlyList<Guid> All() =>
    [
        .. Directory.EnumerateFiles(archive, $"*{Ending}", SearchOption.AllDirectories)
            .Select(file => GameToken.TryParse(Path.GetFileName(file)[..^Ending.Length], out var token) ? token : (Guid?)null)
            .OfType<Guid>().Order(),
    ];
}
