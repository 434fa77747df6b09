using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Superhero.Silo.Hosting;

namespace Superhero.Kubernetes.Tests;

/// <summary>The paths that a silo serves.</summary>
internal static class SiloPages
{
    private static readonly IReadOnlyList<RouteEndpoint> Endpoints = Read();

    /// <summary>All paths.</summary>
    public static IEnumerable<string?> All => Endpoints.Select(endpoint => endpoint.RoutePattern.RawText);

    /// <summary>The paths that need no password.</summary>
    public static IEnumerable<string?> ForAnyone =>
        Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(endpoint => endpoint.RoutePattern.RawText);

    private static List<RouteEndpoint> Read()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddSilo(builder.Configuration);
        var app = builder.Build();
        app.MapSilo();
        return [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()];
    }
}
