namespace Superhero.Simulator.Tests.Server;

[Trait("Category", "Integration")]
public class LobbyTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Right_user_is_answered_after_a_wrong_one_on_the_same_socket()
    {
        var (game, first, second) = await server.FindGameForTwoAsync();
        using var connection = await server.ConnectAsync("game/lobby");
        Assert.Equal("UNKNOWN USER TOKEN", (string?)(await connection.RequestAsync(TestServer.Message(game, "nobody")))["STATUS"]);
        await connection.SendAsync(TestServer.Message(game, first));
        using var other = await server.ConnectAsync("game/lobby");
        await other.SendAsync(TestServer.Message(game, second));
        await connection.WaitForAsync("START");
        await connection.WaitForAsync("USER'S TURN");
    }

    [Fact]
    public async Task Socket_of_a_game_that_has_ended_takes_the_next_game()
    {
        using var connection = await server.ConnectAsync("game/lobby");
        var unknown = $"{Guid.NewGuid()}";
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("TIMED OUT", (string?)(await connection.RequestAsync(TestServer.Message(unknown, "u")))["STATUS"]!["GAME"]);
        }
    }
}
