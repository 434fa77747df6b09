using Superhero.Redis;
using Superhero.Tables.Heroes;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Commands;

[Trait("Category", "Integration")]
public sealed class GameHeroesTests : IDisposable
{
    private readonly GameFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Heroes_are_shown_by_name_where_they_have_one()
    {
        var game = await _folder.AddAsync();
        await new HeroTable(_folder.Store()).OverwriteAsync([new Hero(3, "Storm [\u001b]", 1, 1), new Hero(7, "", 1, 1)]);
        var output = await ShowAsync(game);
        Assert.Matches($@"{game}-winner +│ 3 +│ Storm \[\?\] +│ +4 │", output);
        Assert.Matches($@"{game}-loser +│ 7 +│ 7 +│ +3 │", output);
    }

    [Fact]
    public async Task Without_their_table_or_with_a_damaged_one_heroes_are_shown_by_id()
    {
        var game = await _folder.AddAsync();
        Assert.Matches($@"{game}-winner +│ 3 +│ 3 +│ +4 │", await ShowAsync(game));
        await _folder.Store().WriteAsync("superhero/delta/SUPERHERO/_delta_log/00000000000000000001.json", new byte[10]);
        var output = await ShowAsync(game);
        Assert.Matches($@"{game}-winner +│ 3 +│ 3 +│ +4 │", output);
        Assert.Contains($"Heroes are shown by their superhero_id: superhero/delta/SUPERHERO/: superhero/delta/SUPERHERO/_delta_log/00000000000000000001.json: it is no commit of a Delta table", output, StringComparison.Ordinal);
    }

    private async Task<string> ShowAsync(Guid game)
    {
        var nowhere = new RedisOptions { Host = "127.0.0.1", Port = Ports.Free() };
        var (exitCode, output) = await SiloCommand.RunAsync(nowhere, "games", "show", $"{game}", "--output", _folder.Path);
        Assert.Equal(0, exitCode);
        return output;
    }
}
