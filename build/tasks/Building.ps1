# Build: the solution, and the staged module.

function Get-ModuleVersion {
    # Not Import-PowerShellDataFile: RootModule is chosen by an expression.
    $manifest = [IO.File]::ReadAllText((Join-Repository 'NotionAuth.psd1'))
    if ($manifest -notmatch "(?m)^\s*ModuleVersion\s*=\s*'([^']+)'") { throw 'NotionAuth.psd1 has no ModuleVersion.' }
    $version = $Matches[1]
    $prefix = (
        [xml][IO.File]::ReadAllText((Join-Repository 'Directory.Build.props'))
    ).SelectSingleNode('//VersionPrefix').InnerText
    if ($version -ne $prefix) { throw "NotionAuth.psd1 says version $version and Directory.Build.props says $prefix." }
    $version
}

function Get-StagedModule { Join-Repository 'out', 'NotionAuth', (Get-ModuleVersion) }

function Invoke-Build {
    param([string]$Configuration, [string]$Solution = 'NotionAuth.sln')
    Write-Heading 'Build'
    Invoke-Program dotnet 'build', (Join-Repository $Solution), '--configuration', $Configuration, '--nologo'
    Write-Information 'Staging the module ...'
    Copy-Module $Configuration
    Write-Information "Staged: $(Get-StagedModule)"
}

<# Fills a fresh folder and swaps it in, so that a build that breaks off leaves no half module behind. #>
function Copy-Module {
    param([string]$Configuration)
    $fresh = Join-Repository 'out', '.staging'
    $target = Get-StagedModule
    Clear-Folder $fresh
    try {
        Copy-ModuleFile $Configuration $fresh
        try { Clear-Folder $target }
        catch {
            throw "The staged module is in use: close the sessions that have imported it. ($($_.Exception.Message))"
        }
        $null = [IO.Directory]::CreateDirectory((Split-Path -Parent $target))
        [IO.Directory]::Move($fresh, $target)
    }
    finally { Clear-Folder $fresh }
}

function Copy-ModuleFile {
    param([string]$Configuration, [string]$Destination)
    $project = Join-Repository 'src', 'NotionAuth'
    $core = [IO.Directory]::CreateDirectory((Join-Path $Destination 'bin/core')).FullName
    $desktop = [IO.Directory]::CreateDirectory((Join-Path $Destination 'bin/desktop')).FullName

    Copy-Item -LiteralPath (Join-Repository 'NotionAuth.psd1'), (Join-Repository 'LICENSE'),
        (Join-Path $project 'NotionAuth.Format.ps1xml'),
        (Join-Path $project 'NotionAuth.Types.ps1xml') -Destination $Destination
    if (Test-Path -LiteralPath (Join-Repository 'CHANGELOG.md')) {
        Copy-Item -LiteralPath (Join-Repository 'CHANGELOG.md') -Destination $Destination
    }
    # Get-Help's file is made of docs. The build fails here where a page lacks something or contradicts the cmdlet.
    Invoke-Program dotnet (Join-Repository 'build', 'NotionAuth.HelpBuilder', 'bin', $Configuration, 'net10.0',
        'NotionAuth.HelpBuilder.dll'), (Join-Repository 'docs'),
            (Join-Path $Destination 'en-US/NotionAuth.dll-Help.xml')

    foreach ($name in 'NotionAuth.dll', 'NotionAuth.Core.dll') {
        Copy-Item -LiteralPath (Join-Path $project "bin/$Configuration/net8.0/$name") -Destination $core
    }

    # Windows PowerShell lacks System.Text.Json: publishing gathers it with all that it needs.
    $published = Join-Path $Destination '.publish'
    Invoke-Program dotnet 'publish', (Join-Path $project 'NotionAuth.csproj'), '--configuration', $Configuration,
        '--framework', 'netstandard2.0', '--no-build', '--nologo', '--verbosity', 'quiet', '--output', $published
    Copy-Item -Path (Join-Path $published '*.dll') -Destination $desktop
    Clear-Folder $published

    foreach ($name in 'NotionAuth.dll', 'NotionAuth.Core.dll', 'System.Text.Json.dll') {
        if (-not (Test-Path -LiteralPath (Join-Path $desktop $name))) { throw "bin/desktop lacks $name." }
    }
    if (Get-ChildItem -LiteralPath $Destination -Recurse -Filter System.Management.Automation*) {
        throw 'PowerShell''s own assembly must not be staged.'
    }
}

function Clear-Output {
    Clear-Folder (Join-Repository 'out')
    foreach ($project in Get-ChildItem -Path (Join-Repository '*', '*', '*.csproj')) {
        foreach ($name in 'bin', 'obj') { Clear-Folder (Join-Path $project.DirectoryName $name) }
    }
}
