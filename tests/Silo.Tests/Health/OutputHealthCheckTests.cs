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
    public async Task A_store_that_is_written_to_is_not_probed_and_an_idle_one_is_once_in_a_while()
    {
        await _output.WriteAsync("superhero/A/one", ReadOnlyMemory<byte>.Empty);
        Assert.Equal(HealthStatus.Healthy, await LookAsync());
        Assert.Equal(0, _store.Probes);

        _clock.Advance(_store.ProbeInterval);
        Assert.Equal(HealthStatus.Healthy, await LookAsync());
        Assert.Equal(HealthStatus.Healthy, await LookAsync());
        Assert.Equal(1, _store.Probes);
    }

    [Fact]
    public async Task A_write_that_fails_is_seen_at_the_next_look_and_so_is_that_it_works_again()
    {
        _store.Failure = new IOException("full");
        await Assert.ThrowsAsync<IOException>(() => _output.WriteAsync("superhero/A/one", ReadOnlyMemory<byte>.Empty));
        Assert.Equal(HealthStatus.Unhealthy, await LookAsync());

        _store.Failure = null;
        Assert.Equal(HealthStatus.Healthy, await LookAsync());
    }

    [Fact]
    public async Task A_store_that_hangs_is_unhealthy_and_keeps_one_probe_waiting()
    {
        _store.Hang = new TaskCompletionSource();
        Assert.Equal(HealthStatus.Unhealthy, await LookAsync());
        Assert.Equal(HealthStatus.Unhealthy, await LookAsync());
        Assert.Equal(1, _store.Probes);

        _store.Hang.SetResult();
        Assert.Equal(HealthStatus.Healthy, await LookAsync());
    }

    private async Task<HealthStatus> LookAsync() =>
        (await _check.CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken)).Status;

    /// <summary>A store that fails, or blocks like a disk that hangs, when it is told to: no real one does so at will.</summary>
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
