# Another program: it writes secrets of its own to the store, again and again, and knows nothing of our lock.
param([string] $PlanFile)

$plan = [IO.File]::ReadAllText($PlanFile) | ConvertFrom-Json
Import-Module Microsoft.PowerShell.SecretManagement
$random = [Random]::new($plan.Seed)
$writes = 0
$errors = 0
while (-not [IO.File]::Exists("$($plan.Folder)/stop-foreign")) {
    try {
        $text = "written by another program, number $writes"
        Set-Secret -Vault Store -Name "Other$($writes % 4)" -Secret $text -ErrorAction Stop
        $writes++
    }
    catch { $errors++ }
    [Threading.Thread]::Sleep($random.Next(50, 1200))
}
@{ Writes = $writes; Errors = $errors } | ConvertTo-Json | Set-Content -LiteralPath "$($plan.Folder)/foreign.json"
