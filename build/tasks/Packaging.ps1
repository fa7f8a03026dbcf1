# Package: the .nupkg that a gallery takes, tried out.

function Invoke-Package {
    param([string]$Configuration)
    Invoke-Build -Configuration $Configuration
    Write-Heading 'Package'
    $package = Join-Repository 'out', "NotionAuth.$(Get-ModuleVersion).nupkg"
    if (Test-Path -LiteralPath $package) { Remove-Item -LiteralPath $package }
    $vault = Resolve-RequiredModule -Name Microsoft.PowerShell.SecretManagement -Minimum 1.1.0
    $homeFolder = Get-TemporaryHome
    try {
        # In a home of its own: the list of repositories is a user's, and the check registers one.
        $environment = Get-IsolatedEnvironment -HomeFolder $homeFolder -ModuleFolder @(Get-ModuleFolder $vault)
        foreach ($script in 'Compress-Package.ps1', 'Test-Package.ps1') {
            $arguments = @('-ModuleBase', (Get-StagedModule), '-Package', $package)
            $place = @{ HomeFolder = $homeFolder; Environment = $environment }
            $code = Invoke-ChildScript -Script $script -Arguments $arguments @place -TimeoutSec 300
            if ($code -ne 0) { throw "$script failed (exit code $code)." }
        }
    }
    finally { Clear-Folder $homeFolder }
    Write-Information "Package: $package"
    Write-Information "Publish it with: Publish-PSResource -NupkgPath $package -Repository PSGallery -ApiKey <key>"
}
