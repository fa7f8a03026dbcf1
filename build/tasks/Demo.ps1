# Demo: the main job, as a user sees it, against a simulated Notion.

function Invoke-Demo {
    param([string]$Configuration)
    # Only what it shows: building the tests, too, would take longer than the whole story.
    Invoke-Build -Configuration $Configuration -Solution 'build/Demo.slnf'
    $vault = Resolve-Vault $Configuration
    $homeFolder = Get-TemporaryHome
    try {
        $environment = Get-IsolatedEnvironment -HomeFolder $homeFolder -ModuleFolder (@(Join-Repository 'out') +
            $vault.Folders)
        $person = (@(Get-PowerShellProgram) +
            @('-NoLogo', '-NoProfile', '-File', (Join-Repository 'build', 'child', 'Approve-SignIn.ps1')) |
            ForEach-Object { "'$_'" }) -join ' '
        if (-not (Test-Windows)) { $environment.BROWSER = "$person %s" }
        $arguments = @('-FakePath', (Get-FakeNotionPath $Configuration), '-ModuleBase', (Get-StagedModule),
            '-VaultKind', $vault.Kind)
        Write-Heading 'The story begins in a fresh PowerShell'
        if ($vault.Why) { Write-VaultNote $vault.Why }
        $place = @{ HomeFolder = $homeFolder; Environment = $environment }
        $code = Invoke-ChildScript -Script 'Show-Demo.ps1' -Arguments $arguments @place -TimeoutSec 300
        if ($code -ne 0) { throw "exit code $code." }
        if ($vault.Why) { Write-VaultNote $vault.Why }
    }
    finally { Clear-Folder $homeFolder }
}

function Write-VaultNote {
    param([string]$Why)
    Write-Information ('SECRETMANAGEMENT AND SECRETSTORE NOT SHOWN: A STAND-IN WITH A PLAIN FILE AS ITS VAULT WAS ' +
        'USED IN THEIR PLACE. The cmdlets are the real ones.')
    Write-Information $Why
}
