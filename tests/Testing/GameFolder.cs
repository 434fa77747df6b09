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
    /// <param name="days">How many days ago it was written.</param>
    /// <param name="damage">The damage that its winner sent.</param>
    public async Task<Guid> AddAsync(Guid? token = null, string silo = "silo-1", int days = 1, ulong damage = 90)
    {
        var game = token ?? Guid.NewGuid();
        var (winner, loser) = ($"{game}-winner", $"{game}-loser");
        var tables = new GameTables(
            game, [new(loser, 7), new(winner, 3)], [new(winner, 1, 4, 10, damage), new(loser, 2, 3, damage, 10)]);
        await new GameLoader(Store()).LoadAsync(tables, silo, again: false);
        foreach (var table in new[] { GameFile.Meta, GameFile.Podium })
        {
            File.SetLastWriteTimeUtc(
                System.IO.Path.Combine(Path, new GameFile(table, game, silo).Path), Clock.GetUtcNow().UtcDateTime.AddDays(-days));
        }

        if (Rows.All(row => row.Game != $"{game}"))
        {
            Rows.AddRange([new($"{game}", winner, 1, 4, 10, 90, 3), new($"{game}", loser, 2, 3, 90, 10, 7)]);
        }

        return game;
    }

    public LocalOutputStore Store(ILogger<LocalOutputStore>? logger = null) => new(Path, logger ?? NullLogger<LocalOutputStore>.Instance);

    /// <summary>The files of a table, those of games and the merged ones.</summary>
    public TableFiles Files(TableSchema schema) => new(Path, schema);

    /// <summary>A game's file.</summary>
    public string FileOf(TableSchema schema, Guid game) => Assert.Single(Files(schema).Of(game)).FullName;

    /// <summary>Looks whether a reader sees every row of every game once.</summary>
    public void HasEveryRowOnce()
    {
        using var tables = TableReader.Open(Path);
        var rows = tables.Query(
            """
            SELECT game_token, user_token, rank, rounds, damage_received, damage_sent, superhero_id
            FROM GAME_PODIUM JOIN GAME_META USING (game_token, user_token)
            """,
            row => new ExpectedRow(
                row.GetString(0), row.GetString(1), row.GetByte(2), row.GetFieldValue<ushort>(3),
                (long)row.GetFieldValue<ulong>(4), (long)row.GetFieldValue<ulong>(5), row.GetFieldValue<ushort>(6)));
        Assert.Equal(Rows.OrderBy(row => (row.Game, row.Rank)), rows.OrderBy(row => (row.Game, row.Rank)));
    }

    public void Dispose() => _folder.Dispose();
}
