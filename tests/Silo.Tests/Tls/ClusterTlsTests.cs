using System.Net.Security;
using System.Net.Sockets;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Tls;

[Trait("Category", "Integration")]
public class ClusterTlsTests
{
    private const string Answered = "11111111-1111-4111-8111-111111111111";

    [Fact]
    public async Task Silos_whose_certificates_are_from_one_authority_share_the_games_and_answer_whoever_has_one_too()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority("other");
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"));
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
            () => $"games by both silos; {cluster.Log(1)}{cluster.Log(2)}");
        await AreDoneOnceAsync(games, cluster);

        var (_, said) = await SiloCommand.RunAsync(cluster.Redis.Options, authority.Settings("command"), "quarantine", "replay", Answered);
        Assert.StartsWith($"{Answered}  Unknown", said, StringComparison.Ordinal);
        foreach (var settings in new[] { [], other.Settings("stranger") })
        {
            var (exitCode, refused) = await SiloCommand.RunAsync(cluster.Redis.Options, settings, "quarantine", "replay", Answered);
            Assert.Equal(1, exitCode);
            Assert.Equal(
                "None of the cluster's 2 silos answers; this command must be able to reach them, and have a certificate from their authority where they have SILO_TLS_CA.\n",
                refused);
        }
    }

    [Fact]
    public async Task Whoever_has_none_from_that_authority_is_refused_and_disturbs_nobody()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority("other");
        var both = other.Write("both.crt", string.Concat(new[] { authority, other }.Select(one => File.ReadAllText(one.File))));
        var port = Ports.Free();
        await using var cluster = SiloCluster.On(await RealRedis.StartAsync(), ("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"));
        cluster.Launch([.. authority.Settings("one"), ("SILO_PORT", $"{port}")]);
        await cluster.WaitUntilListeningAsync(1);

        // One trusts the silo, which does not trust it.
        cluster.Launch(other.Settings("stranger"));
        cluster.Launch(other.Settings("stranger", trusted: both));
        cluster.Launch();
        await AskWithoutCertificateAsync(port);
        foreach (var reason in new[]
        {
            "its certificate CN=stranger is not a valid one from the authority of SILO_TLS_CA",
            "it shows no certificate",
            "it uses no TLS, or does not trust this certificate",
        })
        {
            await Eventually.HoldsAsync(
                () => Lines(cluster, 1).Any(line => line.Contains(" warn: ", StringComparison.Ordinal)
                    && line.Contains("The connection with 127.0.0.1:", StringComparison.Ordinal) && line.EndsWith(reason, StringComparison.Ordinal)
                    || line.Contains($"{reason} (", StringComparison.Ordinal)),
                () => $"{reason}; {cluster.Log(1)}");
        }

        for (var silo = 2; silo <= 4; silo++)
        {
            await Eventually.HoldsAsync(
                () => cluster.Log(silo).Contains("Failed to get ping responses from 1 of 1 active silos", StringComparison.Ordinal), () => cluster.Log(silo));
        }

        List<MadeGame> games = [];
        for (var i = 0; i < 20; i++)
        {
            games.Add(await EndOneAsync(cluster));
        }

        await AreDoneOnceAsync(games, cluster);
        Assert.All(cluster.Files("GAME_PODIUM"), file => Assert.Contains("_silo-1.", file, StringComparison.Ordinal));
        Assert.All([2, 3, 4], silo => Assert.DoesNotContain(" is up: ", cluster.Log(silo), StringComparison.Ordinal));
        Assert.DoesNotContain(Lines(cluster, 1), line => line.Contains("Orleans.Connections.Security", StringComparison.Ordinal));
    }

    private static string[] Lines(SiloCluster cluster, int silo) => cluster.Log(silo).Split('\n');

    private static async Task<MadeGame> EndOneAsync(SiloCluster cluster)
    {
        var game = await new MadeGame(cluster.Redis.Database).PutAsync();
        await cluster.AnnounceAsync(game.Keys.Token, MadeGame.User);
        return game;
    }

    private static async Task AreDoneOnceAsync(List<MadeGame> games, SiloCluster cluster)
    {
        await cluster.Redis.WaitUntilCleanedAsync(() => cluster.Log(1));
        Assert.Equal(games.Count, cluster.Files("GAME_PODIUM").Length);
        GameAssertions.HasRows(games, cluster.Output);
    }

    // What it says to the caller depends on the moment; that it ends the connection does not.
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
