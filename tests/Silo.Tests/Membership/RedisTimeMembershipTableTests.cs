using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Orleans.Serialization;
using StackExchange.Redis;
using Superhero.Demo;
using Superhero.Redis;
using Superhero.Silo.Membership;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Membership;

public sealed class RedisTimeMembershipTableTests : IAsyncLifetime
{
    // Orleans takes a silo for dead whose time is 9 seconds old.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(8);

    private readonly RedisOptions _options = new() { Host = "127.0.0.1", Port = Ports.Free() };
    private readonly EmbeddedRedis _redis;
    private IConnectionMultiplexer _connection = null!;
    private IHost _host = null!;

    public RedisTimeMembershipTableTests() => _redis = new EmbeddedRedis(_options.Port);

    public async ValueTask InitializeAsync()
    {
        _connection = await RedisConnector.ConnectAsync(_options, (_, _) => { }, TestContext.Current.CancellationToken);
        _host = new HostBuilder().UseOrleans(silo => silo
            .Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = "superhero")
            .UseRedisClustering(clustering =>
            {
                clustering.ConfigurationOptions = new ConfigurationOptions();
                clustering.CreateMultiplexer = _ => Task.FromResult((_connection, true));
            })).Build();
        await _host.Services.GetRequiredService<IMembershipTable>().InitializeMembershipTableAsync(true, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        await _connection.DisposeAsync();
        _redis.Dispose();
    }

    [Theory]
    [InlineData(15)]
    [InlineData(3600)]
    [InlineData(-3600)]
    public async Task Silo_with_a_wrong_clock_sees_others_as_alive_as_they_are(int secondsAhead)
    {
        var (right, wrong) = (Silo(1, TimeSpan.Zero), Silo(2, TimeSpan.FromSeconds(secondsAhead)));
        await right.JoinAsync();
        await wrong.JoinAsync();
        await right.SayAliveAsync();
        var seen = await wrong.ReadAsync(right);
        AssertNear(wrong.Now, seen.IAmAliveTime, seen.StartTime, seen.SuspectTimes![0].Item2);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(-3600)]
    public async Task Silo_with_a_wrong_clock_is_seen_by_others_as_alive_as_it_is(int secondsAhead)
    {
        var (right, wrong) = (Silo(1, TimeSpan.Zero), Silo(2, TimeSpan.FromSeconds(secondsAhead)));
        await wrong.JoinAsync();
        await wrong.SayAliveAsync();
        var seen = await right.ReadAsync(wrong);
        AssertNear(right.Now, seen.IAmAliveTime, seen.StartTime, seen.SuspectTimes![0].Item2);
    }

    [Fact]
    public async Task Row_that_another_silo_updates_keeps_its_times_and_the_caller_its_own()
    {
        var (first, second) = (Silo(1, TimeSpan.Zero), Silo(2, TimeSpan.FromHours(1)));
        await first.JoinAsync();
        var table = await second.Table.ReadAllAsync(TestContext.Current.CancellationToken);
        var (entry, etag) = table.TryGet(first.Address)!;
        var alive = entry.IAmAliveTime;
        Assert.True(await second.Table.UpdateRowAsync(entry, etag, table.Version.Next(), TestContext.Current.CancellationToken));
        Assert.Equal(alive, entry.IAmAliveTime);
        AssertNear(first.Now, (await first.ReadAsync(first)).IAmAliveTime);
    }

    [Fact]
    public async Task Cleanup_by_a_silo_with_its_clock_a_day_ahead_leaves_those_that_died_lately()
    {
        var (right, ahead) = (Silo(1, TimeSpan.Zero), Silo(2, TimeSpan.FromDays(1)));
        await right.JoinAsync(SiloStatus.Dead);
        await ahead.Table.CleanupDefunctSiloEntriesAsync(ahead.Now.AddHours(-1), TestContext.Current.CancellationToken);
        Assert.Equal(SiloStatus.Dead, (await right.ReadAsync(right)).Status);
    }

    [Fact]
    public async Task Silos_that_join_together_lose_no_write_to_each_other()
    {
        var silos = Enumerable.Range(1, 8).Select(number => Silo(number, TimeSpan.Zero)).ToList();
        Assert.All(await Task.WhenAll(silos.Select(silo => Task.Run(silo.AcquireAndJoinAsync))), Assert.True);
    }

    [Fact]
    public async Task Silo_joins_after_another_died_while_it_held_the_lock()
    {
        await Silo(1, TimeSpan.Zero).AcquireAsync();
        Assert.True(await Silo(2, TimeSpan.Zero).AcquireAndJoinAsync());
    }

    [Fact]
    public async Task Silo_that_cannot_acquire_the_lock_joins_without_it()
    {
        await _connection.GetDatabase().StringSetAsync("superhero/members/lock", "another one, without expiry");
        Assert.True(await Silo(1, TimeSpan.Zero).AcquireAndJoinAsync());
    }

    private TestedSilo Silo(int number, TimeSpan ahead) => new(number, ahead, _host, _connection);

    private static void AssertNear(DateTimeOffset expected, params DateTime[] actual) =>
        Assert.All(actual, time => Assert.InRange(time, (expected - Tolerance).UtcDateTime, (expected + Tolerance).UtcDateTime));

    private sealed class TestedSilo
    {
        private readonly SteadyClock _clock;
        private readonly Lifecycle _lifecycle = new();

        public TestedSilo(int number, TimeSpan ahead, IHost host, IConnectionMultiplexer redis)
        {
            _clock = new SteadyClock(new Machine(ahead));
            Address = Members.Address(number);
            var statusLock = new MembershipLock(redis, new Self(number), _clock, NullLogger<MembershipLock>.Instance);
            statusLock.Participate(_lifecycle);
            Table = new RedisTimeMembershipTable(
                host.Services.GetRequiredService<IMembershipTable>(), redis, statusLock, _clock,
                host.Services.GetRequiredService<DeepCopier<MembershipEntry>>());
        }

        public SiloAddress Address { get; }

        public IMembershipTable Table { get; }

        public DateTimeOffset Now => _clock.MachineTime;

        public async Task<bool> JoinAsync(SiloStatus status = SiloStatus.Active)
        {
            var version = (await Table.ReadAllAsync(TestContext.Current.CancellationToken)).Version;
            var entry = new MembershipEntry
            {
                SiloAddress = Address,
                Status = status,
                SiloName = $"{Address}",
                HostName = "localhost",
                StartTime = Now.UtcDateTime,
                IAmAliveTime = Now.UtcDateTime,
                SuspectTimes = [Tuple.Create(Address, Now.UtcDateTime)],
            };
            return await Table.InsertRowAsync(entry, version.Next(), TestContext.Current.CancellationToken);
        }

        public Task AcquireAsync() => _lifecycle.StartAsync(ServiceLifecycleStage.AfterRuntimeGrainServices - 1);

        public async Task<bool> AcquireAndJoinAsync()
        {
            await AcquireAsync();
            return await JoinAsync();
        }

        public Task SayAliveAsync() =>
            Table.UpdateIAmAliveAsync(new MembershipEntry { SiloAddress = Address, IAmAliveTime = Now.UtcDateTime }, TestContext.Current.CancellationToken);

        public async Task<MembershipEntry> ReadAsync(TestedSilo other) =>
            (await Table.ReadAllAsync(TestContext.Current.CancellationToken)).TryGet(other.Address)!.Item1;
    }

    private sealed class Machine(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;
    }

    private sealed class Lifecycle : ISiloLifecycle
    {
        private readonly Dictionary<int, ILifecycleObserver> _stages = [];

        public int HighestCompletedStage => 0;

        public int LowestStoppedStage => 0;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            _stages.Add(stage, observer);
            return new MemoryStream();
        }

        public Task StartAsync(int stage) => _stages[stage].OnStart(TestContext.Current.CancellationToken);
    }
}
