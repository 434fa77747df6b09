using Superhero.Demo;

return await DemoCommand.Run(args);
