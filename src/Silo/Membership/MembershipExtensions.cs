using Orleans.Serialization;
using StackExchange.Redis;
using Superhero.Redis;

namespace Superhero.Silo.Membership;

/// <summary>Adds this silo's part in the cluster's membership.</summary>
internal static class MembershipExtensions
{
    /// <summary>Replaces the membership table that is registered by one in Redis' time, and lets silos write their status one after another.</summary>
    public static IServiceCollection AddClusterMembership(this IServiceCollection services)
    {
        var table = services.Last(service => service.ServiceType == typeof(IMembershipTable));
        return services
            .AddSingleton<ILocalSiloDetails, SiloIdentity>()
            .AddSingleton<MembershipLock>()
            .AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(container => container.GetRequiredService<MembershipLock>())
            .AddSingleton<IMembershipTable>(container => new RedisTimeMembershipTable(
                (IMembershipTable)table.ImplementationFactory!(container),
                container.GetRequiredService<IConnectionMultiplexer>(),
                container.GetRequiredService<MembershipLock>(),
                container.GetRequiredService<SteadyClock>(),
                container.GetRequiredService<DeepCopier<MembershipEntry>>()));
    }
}
