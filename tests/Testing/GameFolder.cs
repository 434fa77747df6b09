using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Superhero.Grains.Load;
using Superhero.Tables.Files;
using Superhero.Tables.Output;
using Superhero.Tables.Parquet;
using Superhero.Tables.Query;
using Superhero.Tables.Rows;

namespace Superhero.Testing;

/// <summary>An output folder with games that silos could have written.</summary>
public sealed class GameFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    /// <summary>What day it is: one that is over for the programs, too, which have clocks of their own.</summary>
    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2025, 5, 4, 12, 0, 0, TimeSpan.Zero));

    /// <summary>The rows of the games that were added.</summary>
    public List<ExpectedRow> Rows { get; } = [];

    /// <summary>Writes a game's files.</summary>
    /// <param name="token">Its token; null for a new one.</param>
    /// <param name="silo">The silo that claimed it.</param>
    /// <param name="days">How many days ago it ended.</param>
    /// <param name="damage">The damage that its winner sent.</param>
    public async Task<Guid> AddAsync(Guid? token = null, string silo = "silo-1", int days = 1, ulong damage = 90)
    {
        var game = token ?? Guid.NewGuid();
        var ended = Clock.GetUtcNow().AddDays(-days);
        await new GameLoader(Store()).LoadAsync(
            TablesOf(game, damage), new GameOrigin(silo, ended.AddMinutes(-3), ended, ended.AddSeconds(1)), again: false);
        if (Rows.All(row => row.Game != $"{game}"))
        {
            Rows.AddRange([new($"{game}", $"{game}-winner", 1, 4, 10, 90, 3), new($"{game}", $"{game}-loser", 2, 3, 90, 10, 7)]);
        }

        return game;
    }

    /// <summary>The rows that such a game becomes.</summary>
    public static GameTables TablesOf(Guid game, ulong damage = 90) => new(
        game,
        [new($"{game}-loser", 7), new($"{game}-winner", 3)],
        [new($"{game}-winner", 1, 4, 10, damage), new($"{game}-loser", 2, 3, damage, 10)]);

    public LocalOutputStore Store(ILogger<LocalOutputStore>? logger = null) => new(Path, logger ?? NullLogger<LocalOutputStore>.Instance);

    /// <summary>The files of games of a table, by name.</summary>
    public IReadOnlyList<FileInfo> Games(TableSchema table) => Files(Folder(table), SearchOption.TopDirectoryOnly);

    /// <summary>The parts in the folder of a Delta table, by date and name.</summary>
    public IReadOnlyList<FileInfo> Parts(TableSchema table) =>
        [.. Files(System.IO.Path.Combine(Path, table.DeltaFolder), SearchOption.AllDirectories).Where(file => file.Directory!.Name != "_delta_log")];

    /// <summary>A game's file.</summary>
    public string FileOf(TableSchema table, Guid game) =>
        Assert.Single(Games(table), file => file.Name.StartsWith($"{game}", StringComparison.Ordinal)).FullName;

    /// <summary>Looks whether a reader sees every row of every game once; and a reader of a table's snapshot, none twice.</summary>
    public async Task HasEveryRowOnceAsync()
    {
        using var tables = await TableReader.OpenAsync(Store(), Period.Always, CancellationToken.None);
        Assert.Equal(Rows.OrderBy(row => (row.Game, row.User)), tables.Rows());
        Assert.Equal(
            Rows.Select(row => row.Game).Distinct().Order(), tables.Query("SELECT game_token FROM GAME_SESSION", row => row.GetString(0)).Order());
        foreach (var table in TableSchema.Compacted)
        {
            if (await Compaction.PartsAsync(Store(), table) is { Count: > 0 } parts)
            {
                Assert.Empty(DuckDb.Query(
                    $"SELECT game_token FROM read_parquet([{string.Join(", ", parts.Select(part => $"'{Path}/{part}'"))}]) GROUP BY game_token, {table.Columns[1].Name} HAVING count(*) > 1"));
            }
        }
    }

    private string Folder(TableSchema table) => System.IO.Path.Combine(Path, table.Folder);

    private static List<FileInfo> Files(string folder, SearchOption which) => Directory.Exists(folder)
        ? [.. new DirectoryInfo(folder).EnumerateFiles("*.parquet", which).OrderBy(file => file.FullName, StringComparer.Ordinal)]
        : [];

    public void Dispose() => _folder.Dispose();
}
