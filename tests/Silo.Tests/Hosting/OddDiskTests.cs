using System.Net;
using System.Runtime.Versioning;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Hosting;

/// <summary>File systems that do not do all that others do.</summary>
[Trait("Category", "Integration")]
[UnsupportedOSPlatform("windows")]
public class OddDiskTests
{
    private static readonly (string Name, string Value)[] Cleaning = [("CLEAN_ROUTINE", "yes"), ("REDIS_EXPIRY", "0"), ("SWEEP_INTERVAL", "1")];

    [Fact]
    public async Task Folders_that_cannot_be_flushed_are_borne()
    {
        await using var cluster = await SiloCluster.StartAsync(1, Cleaning);
        string[] folders = [.. new[] { "GAME_META", "GAME_PODIUM" }.Select(table => Path.Combine(cluster.Output, "superhero", table))];
        await using var fault = await SystemCallFault.StartAsync(cluster.Silos[0].Process, "fsync", "EINVAL", folders);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        Assert.DoesNotContain("is tried again", cluster.Log(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_keeps_a_file_from_being_safe_under_its_name_is_a_red_light_with_the_reason()
    {
        await using var cluster = await SiloCluster.StartAsync(1, Cleaning);
        foreach (var (calls, error, reason) in new[]
        {
            ("fsync", "EINVAL", "flushed to disk: Invalid argument"), ("linkat,rename", "ENOSYS", "by renaming"),
            ("linkat,rename", "EXDEV", "by renaming"), ("linkat,rename", "EBUSY", "by renaming"), ("rename", "ENOSYS", "by renaming"),
        })
        {
            MadeGame game;
            await using (await SystemCallFault.StartAsync(cluster.Silos[0].Process, calls, error))
            {
                game = await new MadeGame(cluster.Redis.Database).PutAsync();
                Assert.Contains(reason, await SiloCluster.WaitForHealthAsync(cluster.Silos[0], HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
            }

            await SiloCluster.WaitForHealthAsync(cluster.Silos[0], HttpStatusCode.OK);
            await GameAssertions.IsProcessedOnceAnnouncedAsync(game, cluster);
            Assert.Empty(cluster.TemporaryFiles());
        }
    }

    [Fact]
    public async Task What_cannot_be_removed_holds_up_no_sweep()
    {
        await using var cluster = await SiloCluster.StartAsync(1, Cleaning);
        var left = Path.Combine(Directory.CreateDirectory(Path.Combine(cluster.Output, "superhero", ".tmp")).FullName, $"{Guid.NewGuid()}.nfs.tmp");
        await File.WriteAllTextAsync(left, "", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddDays(-2));
        await using var fault = await SystemCallFault.StartAsync(cluster.Silos[0].Process, "unlink", "EBUSY", left);
        await Eventually.HoldsAsync(() => cluster.Log(1).Contains($"Temporary file {left} can't be removed", StringComparison.Ordinal), () => cluster.Log(1));
        await cluster.Redis.WaitForPassesAsync(2);
        await GameAssertions.IsProcessedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        Assert.True(File.Exists(left));
        Assert.Single(cluster.Log(1).Split('\n'), line => line.Contains("can't be removed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disk_that_is_no_longer_mounted_is_a_red_light_and_nothing_is_written_where_it_was()
    {
        using var disk = new RemovableDisk();
        await using var cluster = await SiloCluster.StartAsync(1, [.. Cleaning, ("OUTPUT_DIR", disk.Path)]);
        await GameAssertions.IsProcessedOnceAnnouncedAsync(await new MadeGame(cluster.Redis.Database).PutAsync(), cluster);
        disk.Unmount();
        var game = await new MadeGame(cluster.Redis.Database).PutAsync();
        await cluster.AnnounceAsync(game.Keys.Token, MadeGame.User);
        Assert.Contains("mount its disk again", await SiloCluster.WaitForHealthAsync(cluster.Silos[0], HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(disk.Path));
        disk.Mount();
        await SiloCluster.WaitForHealthAsync(cluster.Silos[0], HttpStatusCode.OK);
        await GameAssertions.IsProcessedAsync(game, cluster);
    }

    [Theory]
    [InlineData("OUTPUT_DIR")]
    [InlineData("ARCHIVE_DIR")]
    public async Task A_folder_of_another_user_is_named_with_what_to_do(string variable)
    {
        using var folder = new TemporaryFolder();
        new DirectoryInfo(folder.Path).UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        var (exitCode, said) = await SiloCommand.RunSiloUnprivilegedAsync((variable, folder.Path));
        Assert.Equal(2, exitCode);
        Assert.Matches($"^{variable}: '{folder.Path}' is not allowed; set it to a folder that can be written \\(.*has to be let write there, as by chown -R [0-9]+ {folder.Path}\\)\\.\n$", said);
        Assert.Empty(Directory.GetDirectories(folder.Path));
    }
}
