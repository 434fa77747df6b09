using Superhero.Tables.Files;
using Superhero.Tables.Games;
using Superhero.Tables.Parquet;
using Superhero.Tables.Rows;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Games;

public sealed class GameReaderTests : IDisposable
{
    private readonly GameFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("GAME_META")]
    [InlineData("GAME_PODIUM")]
    public async Task Bit_flip_in_any_byte_of_a_file_is_detected_or_changes_no_value(string name)
    {
        var path = _folder.FileOf(TableSchema.OfGames.Single(table => table.Name == name), await _folder.AddAsync());
        var game = Assert.Single((await new TableFiles(_folder.Store()).ListGamesAsync()).Games);
        var reader = new GameReader(_folder.Store());
        var whole = await reader.ReadAsync(game);
        var content = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        List<int> undetected = [];
        for (var i = 0; i < content.Length; i++)
        {
            // Another bit in each byte: all of them would take eight times as long.
            var damaged = content.ToArray();
            damaged[i] ^= (byte)(1 << (i % 8));
            await File.WriteAllBytesAsync(path, damaged, TestContext.Current.CancellationToken);
            var read = await reader.ReadAsync(game);
            if (read.Problems.Count == 0 && !(read.IsWhole && read.Times == whole.Times && read.Meta!.AreSame(whole.Meta!) && read.Podium!.AreSame(whole.Podium!)))
            {
                undetected.Add(i);
            }
        }

        Assert.Empty(undetected);
    }

    [Fact]
    public async Task Game_whose_files_differ_in_their_participants_is_not_compacted()
    {
        var game = await _folder.AddAsync();
        var tables = GameFolder.TablesOf(game);
        var ended = _folder.Clock.GetUtcNow().AddDays(-1);
        await File.WriteAllBytesAsync(
            _folder.FileOf(TableSchema.Meta, game),
            GameParquet.Meta(tables with { Meta = [new("someone", 1), tables.Meta[1]] }, new GameOrigin("silo-1", ended.AddMinutes(-3), ended, ended.AddSeconds(1))),
            TestContext.Current.CancellationToken);
        var (_, said) = await Compaction.RunAsync(_folder.Store());
        Assert.Contains($"game {game} has other participants in GAME_META than in GAME_PODIUM; the game is left as it is", Assert.Single(said), StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.FileOf(TableSchema.Podium, game)));
    }
}
