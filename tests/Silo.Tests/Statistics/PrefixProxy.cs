using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Statistics;

/// <summary>A proxy that has a site under a prefix, as nginx may have the page under /sh/.</summary>
internal sealed class PrefixProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();

    private PrefixProxy(WebApplication app, Uri address) => (_app, Address) = (app, address);

    /// <summary>Where the site is behind it.</summary>
    public Uri Address { get; }

    /// <summary>What was asked for outside the prefix.</summary>
    public ConcurrentQueue<string> Missed { get; } = [];

    public static async Task<PrefixProxy> StartAsync(string prefix, Uri site)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{Ports.Free()}");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var proxy = new PrefixProxy(app, new Uri($"{builder.WebHost.GetSetting(WebHostDefaults.ServerUrlsKey)}{prefix}/"));
        app.Run(context => context.Request.Path.StartsWithSegments(prefix, out var rest)
            ? proxy.ForwardAsync(context, new Uri(site, $"{rest}{context.Request.QueryString}"))
            : proxy.MissAsync(context));
        await app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task ForwardAsync(HttpContext context, Uri address)
    {
        using var answer = await _http.GetAsync(address);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body);
    }

    private Task MissAsync(HttpContext context)
    {
        Missed.Enqueue(context.Request.Path);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
