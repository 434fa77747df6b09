using System.Diagnostics;
using Superhero.Tables.Compact;
using Superhero.Tables.Files;
using Superhero.Testing;

namespace Superhero.Tables.Tests.Query;

[Trait("Category", "Integration")]
public sealed class ExampleTests : IDisposable
{
    private readonly GameFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_examples_see_each_game_once_merged_or_not(bool merged)
    {
        var first = await _folder.AddAsync();
        await _folder.AddAsync();
        if (merged)
        {
            await new Compactor(_folder.Store(), new NoMergeLease(), _ => { }, _ => { }).RunAsync(Period.Always, TestContext.Current.CancellationToken);
            await _folder.AddAsync(first);
            await _folder.AddAsync();
        }

        var games = _folder.Rows.Count / 2;
        var sql = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "examples", "queries.sql"), TestContext.Current.CancellationToken))
            .Replace("'superhero/", $"'{_folder.Path}/superhero/", StringComparison.Ordinal);
        var answers = DuckDb.QueryAll(sql);
        Assert.Equal(4, answers.Count);
        Assert.Equal([["3", $"{games}", $"{games}", "100"], ["7", $"{games}", "0", "0"]], answers[0]);
        Assert.Equal([["3", "7", $"{games}", $"{games}"], ["7", "3", $"{games}", "0"]], answers[1]);
        Assert.Equal(games, answers[2].Count);
        Assert.All(answers[2], row => Assert.Equal(["2", "7", "100"], row[1..]));
        Assert.Equal([["2", $"{games}"]], answers[3]);

        using var program = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "Superhero.ReadTables.dll"), _folder.Path])
        { RedirectStandardOutput = true })!;
        var lines = (await program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n');
        Assert.Equal(["3", $"{games}", $"{games}", $"{90 * games}"], lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["7", $"{games}", "0", $"{10 * games}"], lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
