using System.Net.Security;
using System.Net.Sockets;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Tls;

[Trait("Category", "Integration")]
public class ClusterTlsTests
{
    private const string Answered = "11111111-1111-4111-8111-111111111111";

    [Fact]
    public async Task Silos_with_certificates_from_one_authority_share_the_games_and_answer_only_commands_that_have_one()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority("other");
        await using var cluster = InProcessCluster.On(await RealRedis.StartAsync(), ClusterBase.CleaningWithoutSweep);
        cluster.Launch(authority.Settings("one"));
        cluster.Launch(authority.Settings("two"));
        await cluster.WaitUntilListeningAsync(2);
        List<MadeGame> games = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                games.Add(await EndOneAsync(cluster));
                return new[] { "silo-1", "silo-2" }.All(silo => cluster.Files("GAME_PODIUM").Any(file => file.Contains(silo, StringComparison.Ordinal)));
            },
            () => $"games by both silos. {cluster.Describe()}");
        await AreDoneOnceAsync(games, cluster);

        var (_, printed) = await SiloCommand.RunAsync(cluster.Redis.Options, authority.Settings("command"), "quarantine", "replay", Answered);
        Assert.StartsWith($"{Answered}  Unknown", printed, StringComparison.Ordinal);
        foreach (var settings in new[] { [], other.Settings("stranger") })
        {
            var (exitCode, refused) = await SiloCommand.RunAsync(cluster.Redis.Options, settings, "quarantine", "replay", Answered);
            Assert.Equal(1, exitCode);
            Assert.Contains("SILO_TLS_CA", Assert.Single(refused.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Caller_without_a_certificate_from_the_authority_is_refused_and_disturbs_no_game()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority("other");
        var both = other.Write("both.crt", string.Concat(new[] { authority, other }.Select(one => File.ReadAllText(one.File))));
        var port = Ports.Free();
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), ClusterBase.CleaningWithoutSweep);
        cluster.Launch([.. authority.Settings("one"), ("SILO_PORT", $"{port}")]);
        await cluster.WaitUntilListeningAsync(1);

        // Processes, since Orleans leaves a loop behind in a silo that ends before it has joined. Of these silos, the second trusts the first silo, which trusts none of them.
        cluster.Launch(other.Settings("stranger"));
        cluster.Launch(other.Settings("stranger-that-trusts-it", trusted: both));
        cluster.Launch();
        await AskWithoutCertificateAsync(port);
        HashSet<string> reasons = [];
        await Eventually.HoldsAsync(
            () =>
            {
                var refusals = cluster.Events(1).Where(one =>
                    one.Id == LogEvents.ConnectionRefused && one.Values["Remote"].StartsWith("127.0.0.1:", StringComparison.Ordinal));
                reasons = [.. refusals.Select(one => one.Values["Reason"])];
                return reasons.Count == 3 && reasons.Any(reason => reason.Contains("CN=stranger", StringComparison.Ordinal));
            },
            () => $"three reasons, including one that names a certificate; there are: {string.Join("; ", reasons)}. {cluster.Describe()}");
        for (var silo = 2; silo <= 4; silo++)
        {
            // Orleans names the active silos that a joining silo does not reach.
            await Eventually.HoldsAsync(
                () => cluster.Events(silo).Any(logged => logged.Values.ContainsKey("FailedSilos")), () => $"silo {silo} to be refused. {cluster.Describe()}");
        }

        List<MadeGame> games = [];
        for (var i = 0; i < 20; i++)
        {
            games.Add(await EndOneAsync(cluster));
        }

        await AreDoneOnceAsync(games, cluster);
        Assert.All(cluster.Files("GAME_PODIUM"), file => Assert.Contains("_silo-1.", file, StringComparison.Ordinal));
        Assert.All([2, 3, 4], silo => Assert.DoesNotContain(cluster.Events(silo), logged => logged.Id == LogEvents.SiloStarted));
        Assert.DoesNotContain(cluster.Events(1), logged => logged.Category.StartsWith("Orleans.Connections.Security", StringComparison.Ordinal));
    }

    private static async Task<MadeGame> EndOneAsync(ClusterBase cluster)
    {
        var game = await new MadeGame(cluster.Redis.Database).PutAsync();
        await cluster.AnnounceAsync(game.Keys.Token, MadeGame.User);
        return game;
    }

    private static async Task AreDoneOnceAsync(List<MadeGame> games, ClusterBase cluster)
    {
        await cluster.Redis.WaitUntilCleanedAsync(cluster.Describe);
        Assert.Equal(games.Count, cluster.Files("GAME_PODIUM").Length);
        GameAssertions.HasRows(games, cluster.Output);
    }

    // The caller sees one of several errors, but the silo always ends the connection.
    private static async Task AskWithoutCertificateAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        try
        {
            await tls.AuthenticateAsClientAsync("silo");
            Assert.Equal(0, await tls.ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
        }
    }
}
