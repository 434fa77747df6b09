using Superhero.Tables.Heroes;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Query;

[Trait("Category", "Integration")]
public sealed class ExampleTests : IDisposable
{
    private readonly GameFolder _folder = new();

    // The queries ask about the last week.
    public ExampleTests() => _folder.Clock.SetUtcNow(DateTimeOffset.UtcNow);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Example_queries_see_each_game_once_whether_it_is_compacted_or_not(bool compacted, bool uncompacted)
    {
        await _folder.AddAsync(days: 9);
        await _folder.AddAsync(days: 0);
        var others = _folder.Rows.Count;
        var first = await _folder.AddAsync();
        await _folder.AddAsync(days: 2);
        if (compacted)
        {
            await Compaction.RunAsync(_folder.Store());
        }

        if (compacted && uncompacted)
        {
            await _folder.AddAsync(first);
            await _folder.AddAsync();
        }

        await new HeroTable(_folder.Store()).OverwriteAsync([new Hero(3, "Storm", 10, 20), new Hero(7, "Thor", 20, 40)], TimeProvider.System);
        var longest = _folder.Rows.Skip(others).Select(row => row.Game).Distinct().Order(StringComparer.Ordinal).ToList();
        var games = longest.Count;

        var answers = await AskAsync();
        var (atLeast, atMost) = (Math.Round(100 * games / (games + 3.8416), 1), Math.Round(100 * 3.8416 / (games + 3.8416), 1));
        Assert.Equal(10, answers.Count);
        Assert.Equal($"{games}", Assert.Single(answers[0])[0]);
        Assert.Equal([["3", "Storm", $"{games}", $"{games}", "100", $"{atLeast}", "100"], ["7", "Thor", $"{games}", "0", "0", "0", $"{atMost}"]], answers[1]);
        Assert.Equal(2 * games, answers[2].Count);
        Assert.Equal(longest.Select(game => $"{game}-winner").Order(StringComparer.Ordinal), answers[2].Take(games).Select(row => row[0]));
        Assert.All(answers[2].Take(games), row => Assert.Equal(["1", "1", "90"], row[1..]));
        Assert.Equal([["3", "7", $"{games}", $"{games}"], ["7", "3", $"{games}", "0"]], answers[3]);
        Assert.Equal(longest.Select(game => new[] { game, "Storm", "Thor", "4" }), answers[4]);
        Assert.Equal(longest.Select(game => new[] { game, "00:03:00", "2", "7" }), answers[5]);
        Assert.Equal(longest.Select(game => new[] { game, "7", "2", "00:03:00" }), answers[6]);
        Assert.Equal(2, answers[7].Count);
        Assert.Equal([["silo-1", $"{games}", "00:00:01", "00:00:01"]], answers[8]);
        Assert.Equal([["2", $"{games}"]], answers[9]);
    }

    [Fact]
    public async Task Example_queries_return_no_rows_for_an_empty_folder() => Assert.Equal(["0", "", ""], Assert.Single(Assert.Single(await AskAsync())));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Example_program_sees_each_game_once_whether_it_is_compacted_or_not(bool compacted)
    {
        var first = await _folder.AddAsync();
        await _folder.AddAsync();
        if (compacted)
        {
            await Compaction.RunAsync(_folder.Store());
            await _folder.AddAsync(first);
            await _folder.AddAsync();
        }

        var program = await ProgramRun.RunAsync("dotnet", Path.Combine(AppContext.BaseDirectory, "Superhero.ReadTables.dll"), _folder.Path);
        var lines = program.SuccessfulOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var games = _folder.Rows.Count / 2;
        Assert.Equal(["3", $"{games}", $"{games}", $"{90 * games}"], lines[1]);
        Assert.Equal(["7", $"{games}", "0", $"{10 * games}"], lines[2]);
        Assert.Equal(_folder.Rows.Select(row => row.Game).Distinct().Order(StringComparer.Ordinal), lines.Skip(4).Select(line => line[0]));
        Assert.All(lines.Skip(4), line => Assert.Equal(["0:03:00", "7"], line[3..]));
    }

    private async Task<IReadOnlyList<IReadOnlyList<string[]>>> AskAsync() => DuckDb.QueryAll(
        $"SET file_search_path = '{_folder.Path}';"
        + await File.ReadAllTextAsync(Path.Combine(Repository.Root, "examples", "queries.sql"), TestContext.Current.CancellationToken));
}
