using System.Net;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

/// <summary>File systems that lack what others have. The tests take turns at one silo, because a process has one tracer at most.</summary>
[Trait("Category", "Integration")]
[UnsupportedOSPlatform("windows")]
public sealed class OddDiskTests(OddDiskTests.TracedSilo silo) : IClassFixture<OddDiskTests.TracedSilo>, IAsyncLifetime
{
    private const int EBUSY = 16, EXDEV = 18, EINVAL = 22, ENOSYS = 38;

    private SiloCluster Cluster => silo.Cluster;

    public async ValueTask InitializeAsync() => await silo.Turn.WaitAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        silo.Turn.Release();
        return default;
    }

    [Fact]
    public async Task Silo_needs_no_flush_of_a_folder_on_a_disk_that_cannot_flush_folders()
    {
        string[] folders = [.. new[] { "GAME_META", "GAME_PODIUM" }.Select(table => Path.Combine(Cluster.Output, "superhero", table))];
        await using var fault = await FailAsync("fsync", EINVAL, folders);
        var game = await new MadeGame(Cluster.Redis.Database).PutAsync();
        await GameAssertions.IsProcessedOnceAnnouncedAsync(game, Cluster);
        Assert.DoesNotContain(Cluster.Events(1), one => one.Id == LogEvents.AttemptFailed && one.Values["Token"] == game.Keys.Token);
    }

    [Theory]
    [InlineData("fsync", EINVAL)]
    [InlineData("linkat,rename", ENOSYS)]
    [InlineData("linkat,rename", EXDEV)]
    [InlineData("linkat,rename", EBUSY)]
    [InlineData("rename", ENOSYS)]
    public async Task Silo_is_unhealthy_while_a_file_cannot_become_durable_under_its_name(string calls, int error)
    {
        MadeGame game;
        await using (await FailAsync(calls, error))
        {
            game = await new MadeGame(Cluster.Redis.Database).PutAsync();
            Assert.Contains(
                Marshal.GetPInvokeErrorMessage(error),
                await SiloCluster.WaitForHealthAsync(Cluster.Silos[0], HttpStatusCode.ServiceUnavailable),
                StringComparison.Ordinal);
        }

        await SiloCluster.WaitForHealthAsync(Cluster.Silos[0], HttpStatusCode.OK);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(game, Cluster);
        Assert.Empty(Cluster.TemporaryFiles());
    }

    [Fact]
    public async Task Sweep_continues_if_a_temporary_file_cannot_be_removed()
    {
        var left = Path.Combine(Directory.CreateDirectory(Path.Combine(Cluster.Output, "superhero", ".tmp")).FullName, $"{Guid.NewGuid()}.nfs.tmp");
        await using (await FailAsync("unlink", EBUSY, left))
        {
            await File.WriteAllTextAsync(left, "", TestContext.Current.CancellationToken);
            File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddDays(-2));
            await Cluster.WaitForEventAsync(1, LogEvents.TemporaryFilesLeft, one => one.Values["Path"] == left);
            await Cluster.Redis.WaitForPassesAsync(2);
            await GameAssertions.IsProcessedAsync(await new MadeGame(Cluster.Redis.Database).PutAsync(), Cluster);
            Assert.True(File.Exists(left));
        }

        await Cluster.WaitForEventAsync(1, LogEvents.TemporaryFilesRemoved, one => one.Values["Name"] == Path.GetFileName(left));
    }

    private Task<SystemCallFault> FailAsync(string calls, int error, params string[] paths) => SystemCallFault.StartAsync(
        Cluster.Silos[0].Process, calls, error switch { EBUSY => nameof(EBUSY), EXDEV => nameof(EXDEV), EINVAL => nameof(EINVAL), _ => nameof(ENOSYS) }, paths);

    /// <summary>The silo, and the turn at it.</summary>
    public sealed class TracedSilo : IAsyncLifetime
    {
        public SiloCluster Cluster { get; private set; } = null!;

        public SemaphoreSlim Turn { get; } = new(1);

        public async ValueTask InitializeAsync() => Cluster = await SiloCluster.StartAsync(1, ClusterBase.Cleaning);

        public async ValueTask DisposeAsync()
        {
            Turn.Dispose();
            await Cluster.DisposeAsync();
        }
    }
}
