using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Clustering.Redis;
using Orleans.Configuration;
using StackExchange.Redis;
using Superhero.Demo;
using Superhero.Redis;
using Superhero.Silo.Membership;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Membership;

public sealed class MembershipKeeperTests : IAsyncLifetime
{
    private const string Table = "superhero/members/superhero";
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly RedisOptions _options = new() { Host = "127.0.0.1", Port = Ports.Free() };
    private readonly TestClock _clock = new();
    private readonly EmbeddedRedis _redis;
    private IConnectionMultiplexer _connection = null!;
    private IHost _host = null!;
    private IMembershipTable _table = null!;
    private MembershipKeeper _keeper = null!;

    public MembershipKeeperTests() => _redis = new EmbeddedRedis(_options.Port);

    public async ValueTask InitializeAsync()
    {
        _connection = await RedisConnector.ConnectAsync(_options, (_, _) => { }, TestContext.Current.CancellationToken);

        // The host is not started: the test needs its table only.
        _host = new HostBuilder().UseOrleans(silo => silo
            .Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = "superhero")
            .UseRedisClustering(clustering =>
            {
                clustering.ConfigurationOptions = new ConfigurationOptions();
                clustering.CreateMultiplexer = _ => Task.FromResult((_connection, true));
            })).Build();
        _table = _host.Services.GetRequiredService<IMembershipTable>();
        await MakeTableAsync(1, 2);
        _keeper = await StartKeeperAsync(1, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _keeper.StopAsync(CancellationToken.None);
        _keeper.Dispose();
        _host.Dispose();
        await _connection.DisposeAsync();
        _redis.Dispose();
    }

    [Fact]
    public async Task Table_that_Redis_lost_is_restored_as_it_was_when_last_read()
    {
        await JoinAsync(3);
        await LookAsync();
        await LoseTableAsync();
        await LookAsync();
        Assert.Equal([1, 2, 3], await ActiveAsync());
    }

    [Fact]
    public async Task Table_that_Redis_restored_from_an_older_copy_is_replaced_by_a_newer_version()
    {
        var before = (await _table.ReadAllAsync(TestContext.Current.CancellationToken)).Version.Version;
        await LoseTableAsync();
        await MakeTableAsync(1);
        await LookAsync();
        Assert.Equal([1, 2], await ActiveAsync());
        Assert.True((await _table.ReadAllAsync(TestContext.Current.CancellationToken)).Version.Version > before);
    }

    [Fact]
    public async Task Silo_that_others_removed_from_the_table_is_not_restored()
    {
        await JoinAsync(3);
        await LookAsync();
        await LeaveAsync(1);
        await LeaveAsync(3);
        await LookAsync();
        Assert.Equal([2], await ActiveAsync());
    }

    [Fact]
    public async Task Silo_adds_itself_to_a_table_that_another_restored_without_it()
    {
        await LoseTableAsync();
        await _connection.GetDatabase().StringSetAsync("superhero/members/restored", "by another one");
        await MakeTableAsync(2, 3, 4, 5);
        await LookAsync();
        Assert.Contains(1, await ActiveAsync());
    }

    [Fact]
    public async Task Intact_table_is_left_unchanged()
    {
        await JoinAsync(3);
        var before = await _table.ReadAllAsync(TestContext.Current.CancellationToken);
        await LookAsync();
        Assert.Equal(before.Version, (await _table.ReadAllAsync(TestContext.Current.CancellationToken)).Version);
    }

    [Fact]
    public async Task Table_whose_version_is_25000_is_restored_at_once_and_is_newer_than_any_silo_knows()
    {
        const int Version = 25_000;
        await _connection.GetDatabase().HashSetAsync(Table, "Version", Version);
        await JoinAsync(3);
        await LookAsync();
        await LoseTableAsync();
        var before = _connection.OperationCount;
        await LookAsync();
        Assert.InRange(_connection.OperationCount - before, 1, 20);
        Assert.Equal([1, 2, 3], await ActiveAsync());
        Assert.InRange((await _table.ReadAllAsync(TestContext.Current.CancellationToken)).Version.Version, Version + 2, Version + 100);
    }

    [Fact]
    public async Task Silos_that_restore_a_table_together_end_with_one_that_has_what_each_knows()
    {
        var clock = new TestClock();
        await JoinAsync(3);
        var third = await StartKeeperAsync(3, clock);
        await JoinAsync(4);
        await LookAsync();
        await LoseTableAsync();
        clock.Advance(Period);
        await LookAsync();
        await clock.NextWaitAsync();
        Assert.Equal([1, 2, 3, 4], await ActiveAsync());
        await third.StopAsync(TestContext.Current.CancellationToken);
        third.Dispose();
    }

    [Fact]
    public async Task Silo_that_is_dead_in_a_restored_table_does_not_come_back_to_life()
    {
        await JoinAsync(3, SiloStatus.Dead);
        await LookAsync();
        await LoseTableAsync();
        await LookAsync();
        Assert.Equal([1, 2], await ActiveAsync());
        Assert.Equal(SiloStatus.Dead, (await _table.ReadAllAsync(TestContext.Current.CancellationToken)).TryGet(Members.Address(3))!.Item1.Status);
    }

    private async Task<MembershipKeeper> StartKeeperAsync(int silo, TestClock clock)
    {
        var keeper = new MembershipKeeper(
            _connection, Options.Create(new RedisClusteringOptions()), Options.Create(new ClusterOptions { ClusterId = "superhero", ServiceId = "superhero" }),
            new Self(silo), clock, NullLogger<MembershipKeeper>.Instance);
        await keeper.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Period, await clock.NextWaitAsync());
        return keeper;
    }

    private async Task LookAsync()
    {
        _clock.Advance(Period);
        await _clock.NextWaitAsync();
    }

    private async Task LoseTableAsync() => await _connection.GetDatabase().ExecuteAsync("FLUSHDB");

    private async Task MakeTableAsync(params int[] silos)
    {
        await _table.InitializeMembershipTableAsync(true, TestContext.Current.CancellationToken);
        foreach (var silo in silos)
        {
            await JoinAsync(silo);
        }
    }

    private async Task JoinAsync(int silo, SiloStatus status = SiloStatus.Active)
    {
        var version = (await _table.ReadAllAsync(TestContext.Current.CancellationToken)).Version;
        var now = DateTime.UtcNow;
        var entry = new MembershipEntry
        {
            SiloAddress = Members.Address(silo),
            Status = status,
            SiloName = $"silo-{silo}",
            HostName = "localhost",
            StartTime = now,
            IAmAliveTime = now,
        };
        Assert.True(await _table.InsertRowAsync(entry, version.Next(), TestContext.Current.CancellationToken));
    }

    private async Task LeaveAsync(int silo)
    {
        Assert.True(await _connection.GetDatabase().HashDeleteAsync(Table, $"{Members.Address(silo)}"));
    }

    private async Task<IEnumerable<int>> ActiveAsync() => (await _table.ReadAllAsync(TestContext.Current.CancellationToken)).Members
        .Where(member => member.Item1.Status == SiloStatus.Active).Select(member => member.Item1.SiloAddress.Generation).Order();
}
