using System.Collections.Concurrent;
using PuppeteerSharp;
using Superhero.Testing;

namespace Superhero.Silo.Tests.Statistics;

/// <summary>One Chromium for the tests of a class.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IBrowser _browser = null!;

    public async ValueTask InitializeAsync() => _browser = await Puppeteer.LaunchAsync(new LaunchOptions
    {
        ExecutablePath = "/usr/bin/chromium",
        Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"],
    });

    /// <summary>Opens a page.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="errors">Receives the errors of its scripts.</param>
    public async Task<IPage> OpenAsync(Uri address, ConcurrentQueue<string>? errors = null)
    {
        var page = await _browser.NewPageAsync();
        page.PageError += (_, error) => errors?.Enqueue(error.Message);
        await page.GoToAsync($"{address}");
        return page;
    }

    /// <summary>Waits until a page shows all of the texts.</summary>
    public static async Task ShowsAsync(IPage page, params string[] texts)
    {
        var shown = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                shown = await page.EvaluateExpressionAsync<string>("document.body.innerText");
                return texts.All(text => shown.Contains(text, StringComparison.Ordinal));
            },
            () => $"{string.Join(", ", texts)}; the page shows {shown}");
    }

    /// <summary>Fails if the page of a phone has to be scrolled sideways.</summary>
    public static async Task FitsAPhoneAsync(IPage page)
    {
        await page.SetViewportAsync(new ViewPortOptions { Width = 390, Height = 844, IsMobile = true });
        Assert.True(await page.EvaluateExpressionAsync<int>("document.documentElement.scrollWidth") <= 390);
    }

    public async ValueTask DisposeAsync() => await _browser.DisposeAsync();
}
