using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using Superhero.Silo.Health;
using Superhero.Tables.Output;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Health;

public sealed class OutputHealthCheckTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ProbedStore _store = new();
    private readonly ObservedOutputStore _output;
    private readonly OutputHealthCheck _check;

    public OutputHealthCheckTests()
    {
        _output = new ObservedOutputStore(_store, _clock);
        _check = new OutputHealthCheck(_output);
    }

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task Idle_store_is_probed_once_an_interval_and_a_written_one_is_not()
    {
        await _output.WriteAsync("superhero/A/one", ReadOnlyMemory<byte>.Empty);
        Assert.Equal(HealthStatus.Healthy, await CheckAsync());
        Assert.Equal(0, _store.Probes);

        _clock.Advance(_store.ProbeInterval);
        Assert.Equal(HealthStatus.Healthy, await CheckAsync());
        Assert.Equal(HealthStatus.Healthy, await CheckAsync());
        Assert.Equal(1, _store.Probes);
    }

    [Fact]
    public async Task Store_is_unhealthy_from_a_failed_write_until_a_probe_succeeds()
    {
        _store.Failure = new IOException("full");
        await Assert.ThrowsAsync<IOException>(() => _output.WriteAsync("superhero/A/one", ReadOnlyMemory<byte>.Empty));
        Assert.Equal(HealthStatus.Unhealthy, await CheckAsync());

        _store.Failure = null;
        Assert.Equal(HealthStatus.Healthy, await CheckAsync());
    }

    [Fact]
    public async Task Store_that_hangs_is_unhealthy_and_blocks_one_probe_only()
    {
        _store.Hang = new TaskCompletionSource();
        Assert.Equal(HealthStatus.Unhealthy, await CheckAsync());
        Assert.Equal(HealthStatus.Unhealthy, await CheckAsync());
        Assert.Equal(1, _store.Probes);

        _store.Hang.SetResult();
        Assert.Equal(HealthStatus.Healthy, await CheckAsync());
    }

    private async Task<HealthStatus> CheckAsync() =>
        (await _check.CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken)).Status;

    /// <summary>A store that fails, or blocks like a disk that hangs, at will, which no real store does.</summary>
    private sealed class ProbedStore : PartialStore, IOutputStore
    {
        public int Probes { get; private set; }

        public IOException? Failure { get; set; }

        public TaskCompletionSource? Hang { get; set; }

        public TimeSpan ProbeInterval => TimeSpan.FromMinutes(1);

        public async Task<bool> ProbeAsync()
        {
            Probes++;
            Hang?.Task.Wait(TestContext.Current.CancellationToken);
            await WriteAsync("", ReadOnlyMemory<byte>.Empty);
            return true;
        }

        public override Task WriteAsync(string path, ReadOnlyMemory<byte> content) => Failure is null ? Task.CompletedTask : Task.FromException(Failure);
    }
}
