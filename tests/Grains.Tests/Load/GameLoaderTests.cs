using Superhero.Grains.Load;
using Superhero.Tables.Output;
using Superhero.Tables.Rows;
using Superhero.Testing;

namespace Superhero.Grains.Tests.Load;

public class GameLoaderTests
{
    private const int Games = 100;

    [Fact]
    public async Task Hanging_disk_blocks_at_most_16_threads_and_none_of_the_runtime_s_own()
    {
        using var disk = new HangingDisk();
        var loader = new GameLoader(disk);
        var loads = Enumerable.Range(0, Games).Select(_ => LoadAsync(loader)).ToList();
        await Eventually.HoldsAsync(() => disk.Waiting == 16, () => $"16 threads to wait for the disk; {disk.Waiting} do");
        Assert.Equal(0, disk.OfTheRuntime);
        Assert.DoesNotContain(loads, load => load.IsCompleted);

        disk.Wake();
        await Task.WhenAll(loads).WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);
        Assert.Equal(2 * Games, disk.Written);
        Assert.InRange(disk.Most, 1, 16);
    }

    [Fact]
    public async Task Failed_load_frees_its_thread_for_others()
    {
        using var disk = new HangingDisk { Fails = true };
        disk.Wake();
        var loader = new GameLoader(disk);
        foreach (var load in Enumerable.Range(0, Games).Select(_ => LoadAsync(loader)).ToList())
        {
            await Assert.ThrowsAsync<IOException>(() => load.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken));
        }

        disk.Fails = false;
        await LoadAsync(loader).WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);
    }

    private static async Task LoadAsync(GameLoader loader) => await loader.LoadAsync(
        new GameTables(Guid.NewGuid(), [new("a", 7), new("b", 3)], [new("b", 1, 4, 10, 90), new("a", 2, 3, 90, 10)]), new GameOrigin("silo", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch), again: true);

    private sealed class HangingDisk : PartialStore, IOutputStore, IDisposable
    {
        private readonly ManualResetEventSlim _awake = new();
        private int _waiting;
        private int _most;
        private int _written;
        private int _ofTheRuntime;

        public int Waiting => Volatile.Read(ref _waiting);

        public int Most => _most;

        public int Written => _written;

        public int OfTheRuntime => _ofTheRuntime;

        public bool Fails { get; set; }

        public void Wake() => _awake.Set();

        public string LocalFolder => "/";

        public override Task WriteAsync(string path, ReadOnlyMemory<byte> content) => throw new NotSupportedException();

        public override Task<bool> TryCreateAsync(string path, ReadOnlyMemory<byte> content)
        {
            var waiting = Interlocked.Increment(ref _waiting);
            InterlockedMax(ref _most, waiting);
            _ = Thread.CurrentThread.IsThreadPoolThread ? Interlocked.Increment(ref _ofTheRuntime) : 0;
            _awake.Wait();
            Interlocked.Decrement(ref _waiting);
            Interlocked.Increment(ref _written);
            return Fails ? Task.FromException<bool>(new IOException("The disk fails.")) : Task.FromResult(true);
        }

        public void Dispose() => _awake.Dispose();

        private static void InterlockedMax(ref int most, int value)
        {
            while (Volatile.Read(ref most) is var seen && seen < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
            {
            }
        }
    }
}
