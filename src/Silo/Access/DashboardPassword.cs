using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Superhero.Silo.Health;

namespace Superhero.Silo.Access;

/// <summary>DASHBOARD_USER and DASHBOARD_PASSWORD: who may see the silo's pages.</summary>
/// <param name="User">The user's name.</param>
/// <param name="Password">The password.</param>
public sealed record DashboardPassword(string User, string Password)
{
    private readonly byte[] _expected = SHA256.HashData(Encoding.UTF8.GetBytes($"{User}:{Password}"));

    /// <summary>Asks for them everywhere but at the health checks, which orchestrators call.</summary>
    public void Protect(WebApplication app) => app.Use(async (context, next) =>
    {
        if (context.Request.Path.StartsWithSegments(HealthExtensions.Path) || IsRight(context.Request.Headers.Authorization))
        {
            await next(context);
            return;
        }

        context.Response.Headers.WWWAuthenticate = "Basic realm=\"Superhero Orleans\", charset=\"UTF-8\"";
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
    });

    /// <summary>Nothing that is secret.</summary>
    public override string ToString() => User;

    private bool IsRight(string? header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out var given)
            || !string.Equals(given.Scheme, "Basic", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        // Digests, so that the comparison takes as long for any length.
        var text = new byte[given.Parameter?.Length ?? 0];
        return Convert.TryFromBase64String(given.Parameter ?? "", text, out var length)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(text.AsSpan(0, length)), _expected);
    }
}
