using Superhero.Demo;

return await DemoCommand.RunAsync(args);
